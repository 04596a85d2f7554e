// SPDX-License-Identifier: Apache-2.0
#include "backends/mpt/node_loader.hpp"

#include "codec/hex.hpp"

#include <fmt/format.h>

namespace commitbench::mpt {
namespace {

/// A store may pin what one multi_get returns (RocksDB: a cache block a key): 128 blocks of 4 KiB
/// are little beside the smallest budget, and enough to keep every miss overlapped.
constexpr std::size_t kReadsTogether = 128;

}  // namespace

Node* NodeLoader::load(const std::uint8_t* item) {
    if (*item != kHashItem) {
        Node* embedded = decode_node(arena_, {item, item_size(item)});
        if (embedded == nullptr) {
            error_ = Error{ErrorCode::corrupt,
                           "a node embedded in its parent is no trie node: the store "
                           "holds other bytes than were written; load the state anew"};
        }
        return embedded;
    }
    const ByteView hash(item + 1, 32);
    auto found = reader_.get(nodes_, hash);
    if (!found) {
        error_ = found.error();
        return nullptr;
    }
    return take(hash, *found);
}

Node* NodeLoader::take(ByteView hash, const std::optional<ByteView>& found) {
    if (!found.has_value()) {
        error_ = Error{
            ErrorCode::corrupt,
            fmt::format(
                "trie node {} is missing from the store: its files were changed or lost; load the "
                "state anew",
                to_hex(hash))};
        return nullptr;
    }
    ++loaded_;
    loaded_bytes_ += found->size();
    std::uint8_t* encoding = arena_.allocate(found->size());
    std::memcpy(encoding, found->data(), found->size());
    Node* node = decode_node(arena_, {encoding, found->size()});
    if (node != nullptr && node->kind == NodeKind::branch) {
        static_cast<Branch*>(node)->encoding = {encoding, found->size()};
    }
    if (node == nullptr) {
        error_ = Error{ErrorCode::corrupt, fmt::format("what the store holds for trie node {} is "
                                                       "no trie node: its files were changed; load "
                                                       "the state anew",
                                                       to_hex(hash))};
    }
    return node;
}

bool NodeLoader::load_into(ChildRef& ref) {
    const std::uint8_t* item = ref.item();
    Node* node = load(item);
    if (node == nullptr) {
        return false;
    }
    node->item = item;
    ref = ChildRef::loaded(node);
    return true;
}

bool NodeLoader::load_together(std::span<ChildRef* const> refs) {
    waiting_.clear();
    hashes_.clear();
    for (ChildRef* ref : refs) {
        if (ref->is_loaded()) {
            continue;
        }
        if (*ref->item() != kHashItem) {
            if (!load_into(*ref)) {
                return false;
            }
            continue;
        }
        waiting_.push_back(ref);
        hashes_.emplace_back(ref->item() + 1, 32);
    }
    for (std::size_t begin = 0; begin < waiting_.size(); begin += kReadsTogether) {
        const std::size_t count = std::min(kReadsTogether, waiting_.size() - begin);
        const std::span<const ByteView> hashes(hashes_.data() + begin, count);
        found_.resize(count);
        if (const Status read = reader_.multi_get(nodes_, hashes, found_); !read) {
            error_ = read.error();
            return false;
        }
        for (std::size_t i = 0; i < count; ++i) {
            Node* node = take(hashes[i], found_[i]);
            if (node == nullptr) {
                return false;
            }
            ChildRef& ref = *waiting_[begin + i];
            node->item = ref.item();
            ref = ChildRef::loaded(node);
        }
    }
    return true;
}

}  // namespace commitbench::mpt
