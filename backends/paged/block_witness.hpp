// SPDX-License-Identifier: Apache-2.0
// BlockWitness: makes each block's witness and checks it as someone without the state would.
//
//   execute    readers note the keys they are asked for (read_log.hpp)
//   stage      make():  the witness of those keys and of the written ones, out of the old trie
//   merkleize  check(): witness bytes + writes -> root, which has to be the one the tree came to
#pragma once

#include "backends/paged/read_log.hpp"
#include "backends/paged/record_store.hpp"
#include "backends/paged/witness.hpp"

namespace commitbench::paged {

/// One thread, like the backend's own calls; only the logs' keys are written by readers. A log
/// lives as long as its reader does, or until it was taken after the reader's end.
class BlockWitness {
  public:
    explicit BlockWitness(const NodeHasher& hasher) : hasher_(hasher) {}

    /// For one more reader.
    [[nodiscard]] std::shared_ptr<ReadLog> open_log();
    /// The readers so far are invalid: what they read no longer counts.
    void forget_logs() { logs_.clear(); }

    /// Of the keys in the logs, which it empties, and of `writes` (ascending). `before` is the trie
    /// that the block changes, `old_root` its root. O(n log n) for n keys read.
    Status make(ProofSource& before, const Node& old_root, std::span<const KeyWrite> writes);
    /// After make(). mismatch where witness and `writes` do not lead from `old_root` to `new_root`.
    Status check(const Node& old_root, std::span<const KeyWrite> writes, const Node& new_root);

    /// Those of the last make().
    [[nodiscard]] ByteView bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::span<const StateKey> keys() const noexcept { return keys_; }

    void counters(CounterVisitor& visitor) const;
    static void facts(FactVisitor& visitor);

  private:
    void collect_keys(std::span<const KeyWrite> writes);
    [[nodiscard]] std::span<const Write> hash_writes(std::span<const KeyWrite> writes);

    NodeHasher hasher_;
    std::vector<std::shared_ptr<ReadLog>> logs_;

    // Of the block under way.
    std::vector<StateKey> keys_;  // ascending, each once
    Bytes bytes_;
    std::vector<Write> hashed_;
    std::vector<ValueJob> jobs_;

    // Over all blocks.
    std::uint64_t witness_keys_ = 0;
    std::uint64_t witness_bytes_ = 0;
    std::uint64_t make_ns_ = 0;
    std::uint64_t verify_ns_ = 0;
};

}  // namespace commitbench::paged
