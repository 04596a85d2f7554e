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

Node* decode_branch(Arena& arena, rlp::Reader items) {
    auto* branch = make_branch(arena);
    branch->dirty = false;
    rlp::Item item;
    for (ChildRef& child : branch->children) {
        // A hash item is always 33 bytes: most children need no parsing.
        if (const ByteView rest = items.rest();
            rest.size() > kHashItemSize && rest[0] == kHashItem) {
            child = ChildRef::stored(rest.data());
            items = rlp::Reader(rest.subspan(kHashItemSize));
            continue;
        }
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
    return items.at_end() ? decode_short(arena, first, second)
                          : decode_branch(arena, rlp::Reader(list.payload));
}

}  // namespace commitbench::mpt
