// SPDX-License-Identifier: Apache-2.0
// BlockCheck: holds every block of a run against the ledger. Never inside the timed region.
#pragma once

#include "harness/run/ledger.hpp"
#include "harness/run/reference_process.hpp"

namespace commitbench {

/// Each check gives nullopt where all agrees, the reason why the run is void where something does
/// not, or an Error where the question could not be answered. Borrows everything.
class BlockCheck {
  public:
    using Reason = std::optional<std::string>;

    /// `scheme` is empty where no roots are to be checked. INVARIANT: the ledger covers every block
    /// asked for.
    BlockCheck(const Ledger& ledger,
               std::string scheme,
               ReferenceProcess& reference,
               Backend& backend)
        : ledger_(ledger), scheme_(std::move(scheme)), reference_(reference), backend_(backend) {}

    /// After load().
    [[nodiscard]] Reason check_first_state();
    /// After execute(), of a result alone: for executions that are not committed.
    [[nodiscard]] Result<Reason> check_result(std::uint64_t number, const BlockResult& result);
    /// After persist(). `root` is what merkleize() gave.
    [[nodiscard]] Result<Reason> check_block(std::uint64_t number,
                                             const BlockResult& result,
                                             const Root& root);
    /// After the last block: its values are read back, because a scheme without roots would not
    /// miss them.
    [[nodiscard]] Result<Reason> check_last(const BlockResult& result);

    [[nodiscard]] std::uint64_t blocks_checked() const noexcept { return blocks_checked_; }

  private:
    [[nodiscard]] Result<Reason> explain_result(std::uint64_t number, const BlockResult& result);
    [[nodiscard]] Result<Reason> explain_root(std::uint64_t number,
                                              const BlockResult& result,
                                              const Root& root,
                                              const Root& expected);

    const Ledger& ledger_;
    std::string scheme_;
    ReferenceProcess& reference_;
    Backend& backend_;
    std::uint64_t blocks_checked_ = 0;
};

}  // namespace commitbench
