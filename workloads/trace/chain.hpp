// SPDX-License-Identifier: Apache-2.0
// Chain: block access lists one after another, turned into accesses that can be executed.
//
// The lists do not say everything; these rules fill the gaps, and describe_rules() names them in
// the result:
//   * Each written location is read, then written, by its transaction. What the read must give is
//   known: the value that the
//     transaction or block before left. If the read gives just that, the recorded value is written;
//     else 33 bytes that depend on what was read (so a lost or misplaced update changes every root
//     and digest after it).
//   * A pure read is dealt to one of the block's transactions by Philox(seed, block's own number,
//   index of the read), uniformly.
//     An account that was only touched counts as one pure read of its balance.
//   * Between runs of consecutive blocks nothing happens: a gap in the numbers is skipped.
//   * The first state, in which a location has the value that its first write needs:
//       nonce     the first recorded nonce less 1; absent where that nonce is 0
//       code      absent
//       slot      first recorded value 0: present, for it is a deletion. Else absent with the
//       chance `fresh_slots`, else
//                 present. Never written: present.
//       balance   first recorded value 0, or never written: present. Else absent with the chance
//       `fresh_balances`.
//     A value made up is never zero, differs from the first recorded one, and has as many digits as
//     it; where there is none, or it is 0: 1..32 bytes for a slot, 8 for a balance. It depends on
//     the seed, the location and the first recorded value alone.
#pragma once

#include "harness/core/arena.hpp"
#include "harness/core/observer.hpp"
#include "workloads/trace/location.hpp"

namespace commitbench {

struct NumberedList {
    std::uint64_t number = 0;  ///< the block's own number
    bal::AccessList list;
};

struct ChainRules {
    std::uint64_t seed = 0;
    bool pure_reads =
        true;  ///< dealt; false: left out of the transactions (the first state is the same)
    double fresh_slots = 0;     ///< 0..1
    double fresh_balances = 0;  ///< 0..1
};

/// A value, or nothing. Borrowed from the Chain.
struct MaybeValue {
    bool present = false;
    ByteView bytes;
};

struct TraceAccess {
    std::uint32_t location = 0;  ///< index into Chain::keys
    bool writes = false;
    MaybeValue before;  ///< what the read must give; only where `writes`
    MaybeValue after;   ///< what is recorded; absent: deleted; only where `writes`
};

struct ChainBlock {
    std::uint64_t number = 0;  ///< the block's own
    std::vector<TraceAccess>
        accesses;  ///< by transaction; in each the pure reads first, both in the list's order
    std::vector<std::uint32_t>
        begins;  ///< transaction t does accesses begins[t]..begins[t + 1] - 1
};

/// What the chain is made of.
struct ChainCounts {
    std::uint64_t transactions = 0;
    std::uint64_t runs = 0;    ///< of consecutive block numbers
    std::uint64_t writes = 0;  ///< deletions included
    std::uint64_t deletions = 0;
    std::uint64_t pure_reads = 0;    ///< listed; touched accounts included
    std::uint64_t touched_only = 0;  ///< of those, accounts that were only touched
    std::uint64_t unread = 0;  ///< of those, in blocks without a transaction, so nobody does them
    std::array<std::uint64_t, kLocationKinds> locations{};  ///< by kind - 1
    std::array<std::uint64_t, kLocationKinds>
        present_first{};  ///< of those, present in the first state
};

/// Immutable once made; thread-safe. Holds about 10 times the files' bytes.
class Chain {
  public:
    struct FirstEntry {
        std::uint32_t location;
        ByteView value;
    };

    /// INVARIANT: `blocks` ascend by number. bad_input for more than 2^32 - 1 locations or accesses
    /// a block. Values are copied. O(size of the lists).
    [[nodiscard]] static Result<Chain> link(std::span<const NumberedList> blocks,
                                            const ChainRules& rules);

    [[nodiscard]] const std::vector<StateKey>& keys() const noexcept { return keys_; }
    [[nodiscard]] const std::vector<FirstEntry>& first_state() const noexcept {
        return first_state_;
    }
    [[nodiscard]] const std::vector<ChainBlock>& blocks() const noexcept { return blocks_; }
    [[nodiscard]] const ChainCounts& counts() const noexcept { return counts_; }

  private:
    Chain() = default;
    friend class ChainLinker;

    std::vector<StateKey> keys_;
    std::vector<FirstEntry> first_state_;
    std::vector<ChainBlock> blocks_;
    ChainCounts counts_;
    Arena values_;
};

/// The rules above and what they came to, as facts.
void describe_rules(FactVisitor& visitor, const ChainRules& rules, const ChainCounts& counts);

}  // namespace commitbench
