// SPDX-License-Identifier: Apache-2.0
// What a process does that a test has started: it writes a history that both of them know into a
// folder.
#pragma once

#include "harness/plugin/conformance/backend_session.hpp"

namespace commitbench::conformance {

/// Writes blocks until it is killed, or as many as stand after ':' ("write:5"); "write-synced" with
/// Durability::block.
inline constexpr std::string_view kWrite = "write";
inline constexpr std::string_view kWriteSynced = "write-synced";

/// The history that is written: the same in every process of a seed.
class WrittenHistory {
  public:
    WrittenHistory(const Trial& trial, EmptyValue empty);
    [[nodiscard]] const State& state() const noexcept { return state_; }
    [[nodiscard]] std::uint64_t block() const noexcept { return block_; }
    /// The next block's writes, which state() then has.
    Writes next();
    /// INVARIANT: `block` >= block().
    void advance_to(std::uint64_t block);

  private:
    static constexpr std::size_t kKeys = 300;
    static constexpr std::size_t kWritesABlock = 60;

    EmptyValue empty_;
    History history_;
    State state_;
    std::uint64_t block_ = 0;
};

/// What such a process says, a line each.
struct WriterWords {
    bool ready = false;                   ///< the folder was opened, and loaded where it was empty
    std::uint64_t persists_begun = 0;     ///< how many
    std::uint64_t begun = 0;              ///< the last block whose persist was begun; 0: none
    std::uint64_t persisted = 0;          ///< the last block whose persist returned; 0: none
    std::uint64_t persist_ns = 0;         ///< how long that took
    std::map<std::uint64_t, Root> roots;  ///< of position and blocks, as far as they are told
};
[[nodiscard]] WriterWords read_words(std::string_view text);

/// Carries `act` out in the folder of the orders.
Status carry_out_act(std::string_view act, Trial& trial, const Subject& subject);

}  // namespace commitbench::conformance
