// SPDX-License-Identifier: Apache-2.0
// BulkBuilder: the trie of a sorted stream, bottom-up, holding only the path to the last key.
//
// The keys seen so far leave one open branch for each depth at which the last key parted from
// others:
//
//   depth 0  branch  . . # . .        open, children # are closed items
//   depth 3  branch  # # . . .        open
//            leaf    last key         its parent is settled when the next key comes
//
// The next key parts from the last one at some depth d. Everything deeper than d is complete: it is
// encoded, hashed, handed to the sink, and becomes an item in its parent. (Idea: "stack trie",
// go-ethereum PR #20481; Erigon's hash builder.)
#pragma once

#include "backends/mpt/node_codec.hpp"
#include "backends/mpt/trie_hasher.hpp"
#include "harness/core/result.hpp"

#include <functional>
#include <vector>

namespace commitbench::mpt {

/// Takes an encoded node; the views die when it returns.
using NodeSink = std::function<Status(const EncodedNode&)>;

/// O(depth) memory, each node encoded and hashed once. Not thread-safe.
class BulkBuilder {
  public:
    explicit BulkBuilder(NodeSink sink, TrieHash hash = TrieHash::keccak256)
        : sink_(std::move(sink)), hash_(hash) {}

    /// INVARIANT: keys ascend strictly; the value is not empty. Both are copied.
    Status add(ByteView key, ByteView value);
    /// The root; nothing may be added afterwards.
    Result<Hash256> finish();

    [[nodiscard]] const HashWork& work() const noexcept { return work_; }

  private:
    /// An item by value: 33 bytes at most.
    struct Item {
        std::array<std::uint8_t, kHashItemSize> bytes{};
        bool present = false;
    };
    struct OpenBranch {
        std::uint32_t depth = 0;  // nibbles of the key above it
        std::array<Item, 16> children;
        Bytes value;
    };

    enum class Place : std::uint8_t { below, root };  ///< the root is hashed however short

    /// Gives the last key its place, and closes every branch deeper than `depth`.
    Status settle(std::uint32_t depth);
    Status place_last(std::uint32_t depth);
    /// Opens a branch at `depth` unless the deepest open one is that deep already.
    OpenBranch& open(std::uint32_t depth);
    [[nodiscard]] OpenBranch& top() noexcept { return branches_[used_ - 1]; }

    Result<Item> close_leaf(const NibblePath& path, Place place);
    /// The deepest branch with an extension above it for `path`, popped.
    Result<Item> close_top(const NibblePath& path, Place place);
    Result<Item> emit(Place place);  // of scratch_

    NodeSink sink_;
    TrieHash hash_;
    HashWork work_;
    Bytes last_key_;
    Bytes last_value_;
    bool any_ = false;
    std::vector<OpenBranch>
        branches_;  // the first used_ are open, the others kept for their memory
    std::size_t used_ = 0;
    Bytes scratch_;  // the node being encoded
};

}  // namespace commitbench::mpt
