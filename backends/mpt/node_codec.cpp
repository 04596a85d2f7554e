// SPDX-License-Identifier: Apache-2.0
#include "backends/mpt/node_codec.hpp"

namespace commitbench::mpt {
namespace {

/// A child's item may be absent (0x80), a hash, or a node shorter than 32 bytes.
bool read_child(const rlp::Item& item, ChildRef& child) {
    if (!item.list && item.payload.empty()) {
        child = {};
        return true;
    }
    if (item.list ? item.raw.size() >= 32 : item.payload.size() != 32) {
        return false;
    }
    child = ChildRef::stored(item.raw.data());
    return true;
}

/// A branch whose children are hashes or absent and that holds no value: every branch of a trie of
/// 32-byte keys and values of some size. False where it is any other. Without a jump that depends
/// on which children there are, as that is a coin thrown sixteen times.
bool decode_plain_branch(Branch& branch, ByteView payload) {
    const std::uint8_t* at = payload.data();
    const std::uint8_t* const end = at + payload.size();
    for (ChildRef& child : branch.children) {
        if (at >= end || (*at != kHashItem && *at != kNoChildItem)) {
            return false;
        }
        const std::uintptr_t hash_mask = std::uintptr_t{0} - (*at == kHashItem ? 1U : 0U);
        child = ChildRef::stored_or_empty(at, hash_mask);
        at += 1 + ((kHashItemSize - 1) & hash_mask);
    }
    return at + 1 == end && *at == kNoChildItem;
}

Node* decode_branch(Arena& arena, ByteView payload) {
    auto* branch = make_branch(arena);
    branch->dirty = false;
    if (decode_plain_branch(*branch, payload)) {
        return branch;
    }
    rlp::Reader items(payload);
    rlp::Item item;
    for (ChildRef& child : branch->children) {
        if (items.next(item) != rlp::ReadError::none || !read_child(item, child)) {
            return nullptr;
        }
    }
    if (items.next(item) != rlp::ReadError::none || item.list || !items.at_end()) {
        return nullptr;
    }
    branch->value = item.payload;
    return branch;
}

Node* decode_short(Arena& arena, const rlp::Item& prefix, const rlp::Item& second) {
    NibblePath path;
    bool leaf = false;
    if (prefix.list || !NibblePath::read_hex_prefix(prefix.payload, path, leaf)) {
        return nullptr;
    }
    if (leaf) {
        if (second.list || second.payload.empty()) {
            return nullptr;
        }
        auto* node = make_leaf(arena, path, second.payload);
        node->dirty = false;
        return node;
    }
    ChildRef child;
    if (path.empty() || !read_child(second, child) || child.is_empty()) {
        return nullptr;
    }
    auto* node = make_extension(arena, path, child);
    node->dirty = false;
    return node;
}

}  // namespace

Node* decode_node(Arena& arena, ByteView encoded) {
    rlp::Reader outer(encoded);
    rlp::Item list;
    if (outer.next(list) != rlp::ReadError::none || !list.list || !outer.at_end()) {
        return nullptr;
    }
    rlp::Reader items(list.payload);
    rlp::Item first;
    rlp::Item second;
    if (items.next(first) != rlp::ReadError::none || items.next(second) != rlp::ReadError::none) {
        return nullptr;
    }
    // Two items: a leaf or an extension. More: it has to be a branch's seventeen.
    return items.at_end() ? decode_short(arena, first, second) : decode_branch(arena, list.payload);
}

}  // namespace commitbench::mpt
