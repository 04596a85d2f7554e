// SPDX-License-Identifier: Apache-2.0
#include "backends/mpt/node_loader.hpp"

#include "codec/hex.hpp"

#include <fmt/format.h>

namespace commitbench::mpt {

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
    if (!found->has_value()) {
        error_ =
            Error{ErrorCode::corrupt,
                  fmt::format("trie node {} is missing from the store: its files were changed or "
                              "lost; load the state anew",
                              to_hex(hash))};
        return nullptr;
    }
    ++loaded_;
    loaded_bytes_ += (*found)->size();
    Node* node = decode_node(arena_, arena_.copy(**found));
    if (node == nullptr) {
        error_ = Error{
            ErrorCode::corrupt,
            fmt::format("what the store holds for trie node {} is no trie node: its files were "
                        "changed; load the state anew",
                        to_hex(hash))};
    }
    return node;
}

}  // namespace commitbench::mpt
