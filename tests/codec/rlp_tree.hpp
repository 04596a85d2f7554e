// SPDX-License-Identifier: Apache-2.0
// A whole RLP value as a tree, for tests: the reader walks one level at a time.
#pragma once

#include "codec/rlp.hpp"

#include <optional>

namespace commitbench::testing {

struct Tree {
    bool list = false;
    Bytes bytes;              ///< of a string
    std::vector<Tree> items;  ///< of a list
    bool operator==(const Tree&) const = default;
};

inline void append_tree(Bytes& out, const Tree& tree) {
    if (!tree.list) {
        rlp::append_string(out, tree.bytes);
        return;
    }
    Bytes payload;
    for (const Tree& item : tree.items) {
        append_tree(payload, item);
    }
    rlp::append_list(out, payload);
}

/// Reads one item of `reader` with everything in it. nullopt where anything is malformed, or deeper
/// than `depth` (the recursion's limit).
[[nodiscard]] inline std::optional<Tree> read_tree(rlp::Reader& reader, int depth = 200) {
    rlp::Item item;
    if (depth == 0 || reader.next(item) != rlp::ReadError::none) {
        return std::nullopt;
    }
    Tree tree{.list = item.list, .bytes = {}, .items = {}};
    if (!item.list) {
        tree.bytes.assign(item.payload.begin(), item.payload.end());
        return tree;
    }
    rlp::Reader inside(item.payload);
    while (!inside.at_end()) {
        auto child = read_tree(inside, depth - 1);
        if (!child) {
            return std::nullopt;
        }
        tree.items.push_back(std::move(*child));
    }
    return tree;
}

/// The one item that `bytes` are.
[[nodiscard]] inline std::optional<Tree> decode_tree(ByteView bytes) {
    rlp::Reader reader(bytes);
    auto tree = read_tree(reader);
    return reader.at_end() ? tree : std::nullopt;
}

}  // namespace commitbench::testing
