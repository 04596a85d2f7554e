// SPDX-License-Identifier: Apache-2.0
// BlockRun: what the workers share while they run one block.
#pragma once

#include "executors/block_stm/hinter.hpp"
#include "executors/block_stm/multi_version.hpp"
#include "executors/block_stm/settings.hpp"
#include "executors/block_stm/view.hpp"

#include <chrono>
#include <deque>
#include <fmt/format.h>

namespace commitbench::block_stm {

struct BlockRun {
    const Block& block;
    const Settings& settings;
    MultiVersion& versions;
    std::span<Transaction> transactions;
    std::deque<WorkerShare>& shares;  ///< by worker
    Hinter hinter;
    std::atomic<std::uint32_t> failed{0};

    /// Why the block failed: the first worker's reason, in order of their numbers.
    [[nodiscard]] std::optional<Error> error() const {
        for (const WorkerShare& share : shares) {
            if (share.error) {
                return share.error;
            }
        }
        return std::nullopt;
    }
};

/// What an execution came to.
enum class Outcome : std::uint8_t {
    ended,    ///< receipt and writes are there for others to see
    blocked,  ///< by an estimate; its writes are taken back
    failed,   ///< the block cannot go on: share.error says why
};

/// Executes transaction `index`, which the caller claimed.
template<class Worker>
[[nodiscard]] Outcome execute_once(BlockRun& run,
                                   Worker& worker,
                                   View<Worker>& view,
                                   std::uint32_t index,
                                   Mode mode) {
    WorkerShare& share = run.shares[worker.index()];
    Transaction& transaction = run.transactions[index];
    run.hinter.reach(worker, run.versions, share, index);
    view.begin(index, transaction, mode);
    const Receipt receipt = run.block.execute(index, view);
    ++share.tally.executions;
    if (share.error) {
        return Outcome::failed;
    }
    if (view.is_blocked()) {
        ++share.tally.suspensions;
        MultiVersion::retract(worker, transaction, run.settings.estimates());
        return Outcome::blocked;
    }
    transaction.receipt = receipt;
    MultiVersion::publish(worker, transaction);
    view.end();
    return Outcome::ended;
}

/// What the execution of `index` did is final: counts it. False where it stopped for no reason.
[[nodiscard]] inline bool accept(BlockRun& run, WorkerShare& share, std::uint32_t index) {
    share.tally.reads += run.transactions[index].reads;
    share.tally.writes += run.transactions[index].writes;
    if (run.transactions[index].receipt.status != TxStatus::stopped) {
        return true;
    }
    share.error = Error{ErrorCode::unsupported,
                        fmt::format("block-stm: transaction {} of block {} stopped although every "
                                    "read was answered: a mistake of the workload",
                                    index, run.block.number())};
    return false;
}

/// Measures where there is something to measure into.
class Stopwatch {
  public:
    explicit Stopwatch(bool on) : on_(on), start_(on ? Clock::now() : Clock::time_point()) {}
    void stop(std::uint64_t& sum_ns) const {
        if (on_) {
            sum_ns += static_cast<std::uint64_t>(
                std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start_)
                    .count());
        }
    }

  private:
    using Clock = std::chrono::steady_clock;
    bool on_;
    Clock::time_point start_;
};

}  // namespace commitbench::block_stm
