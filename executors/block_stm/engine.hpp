// SPDX-License-Identifier: Apache-2.0
// Engine: Block-STM over a pool, from a block to its result.
#pragma once

#include "executors/block_stm/rolling_run.hpp"
#include "executors/block_stm/wave_run.hpp"

namespace commitbench::block_stm {

/// A template over the pool, so that the same code runs on threads and explored. One block at a
/// time, from one thread.
///
/// Speculative executions may see states that no order of the transactions gives. They are bounded
/// by what the workload bounds: a transaction that ends on every state ends here, whatever it is
/// shown. What it did then counts only if everything it read proves to be what it would have read
/// in order.
template<class P, class Traps = NoTraps>
class Engine {
  public:
    using Worker = typename P::Worker;

    /// `pool` must outlive the engine. `clock` is read where settings.adaptive only: an explored
    /// engine has one of its own, so that nothing but the seed decides.
    explicit Engine(P& pool,
                    const Settings& settings,
                    SpeculationWindow::Clock clock = &steady_now_ns)
        : pool_(pool), settings_(settings), window_(settings.adaptive, pool.workers(), clock) {
        for (std::uint32_t worker = 0; worker < pool.workers(); ++worker) {
            shares_.emplace_back(!settings.arena);
        }
    }

    /// One reader a worker.
    Status prepare(StateSource& state) {
        for (WorkerShare& share : shares_) {
            auto reader = state.open_reader();
            if (!reader) {
                return reader.error();
            }
            share.reader = std::move(*reader);
        }
        is_prepared_ = true;
        return {};
    }

    /// The result's values lie in the workers' memory: valid until the next call.
    [[nodiscard]] Result<const BlockResult*> execute(const Block& block) {
        if (!is_prepared_) {
            return Error{ErrorCode::unsupported,
                         "block-stm: execute() was called before prepare()"};
        }
        const AccessSets* const declared =
            settings_.hints == Hints::exact ? block.access_sets() : nullptr;
        if (settings_.hints == Hints::exact && declared == nullptr) {
            return Error{ErrorCode::unsupported,
                         fmt::format("block-stm: hints=exact, but block {} has no access sets",
                                     block.number())};
        }
        reset(block.size());
        if (block.size() > 0) {
            BlockRun run{.block = block,
                         .settings = settings_,
                         .versions = versions_,
                         .transactions = {transactions_.get(), block.size()},
                         .shares = shares_,
                         .hinter{declared, {transactions_.get(), block.size()}}};
            COMMITBENCH_TRY(run_block(run));
            if (settings_.check) {
                COMMITBENCH_TRY(check(run));
            }
        }
        for (std::uint32_t index = 0; index < block.size(); ++index) {
            result_.receipts.push_back(transactions_[index].receipt);
        }
        merge_changes(shares_, result_.diff);
        expected_keys_ = 0;
        Tally block_tally;
        for (const WorkerShare& share : shares_) {
            expected_keys_ += share.entries.size();
            block_tally.add(share.tally);
        }
        result_.reads = block_tally.reads;
        result_.writes = block_tally.writes;
        result_.state_reads = block_tally.state_reads;
        tally_.add(block_tally);
        return &result_;
    }

    /// Of all blocks so far.
    [[nodiscard]] const Tally& tally() const noexcept { return tally_; }

  private:
    [[nodiscard]] static std::uint64_t steady_now_ns() {
        return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                              std::chrono::steady_clock::now().time_since_epoch())
                                              .count());
    }

    void reset(std::uint32_t size) {
        if (capacity_ < size) {
            transactions_ = std::make_unique<Transaction[]>(size);
            capacity_ = size;
        }
        for (std::uint32_t index = 0; index < size; ++index) {
            transactions_[index].reset();
        }
        for (WorkerShare& share : shares_) {
            share.reset();
        }
        versions_.reset(std::max<std::size_t>(expected_keys_, size));
        result_.clear();
    }

    Status run_block(BlockRun& run) {
        bool ended = false;
        if (settings_.rolling_commit) {
            RollingRun<Worker, Traps> rolling(run, window_);
            if (pool_.workers() == 1) {
                ended = pool_.run([&](Worker& worker) { rolling.work_alone(worker); });
            } else {
                window_.begin_block();
                ended = pool_.run([&](Worker& worker) { rolling.work(worker); });
                window_.end_block(run.block.size());
            }
        } else {
            WaveRun<Worker, Traps> waves(run);
            ended = pool_.run([&](Worker& worker) { waves.work(worker); });
            Unobserved worker;
            if (ended && !run.error() && !waves.conclude(worker)) {
                return *run.error();
            }
        }
        if (auto error = run.error()) {
            return *error;
        }
        if (!ended) {
            return Error{ErrorCode::unsupported, "block-stm: the explored run was stopped"};
        }
        return {};
    }

    /// Every transaction once more against what came of the block.
    Status check(BlockRun& run) {
        Unobserved worker;
        for (std::uint32_t index = 0; index < run.transactions.size(); ++index) {
            if (!MultiVersion::validate(worker, index, run.transactions[index], true)) {
                return Error{
                    ErrorCode::mismatch,
                    fmt::format("block-stm: check=full: transaction {} of block {} read what the "
                                "transactions before it did not write: a mistake of the executor",
                                index, run.block.number())};
            }
        }
        return {};
    }

    /// A worker for what one thread does alone.
    struct Unobserved {
        void step() const noexcept {}
        void relax() const noexcept {}
    };

    P& pool_;
    Settings settings_;
    SpeculationWindow window_;
    MultiVersion versions_;
    std::unique_ptr<Transaction[]> transactions_;
    std::uint32_t capacity_ = 0;  // of transactions_
    std::deque<WorkerShare> shares_;
    std::size_t expected_keys_ = 0;  // as many as the block before had
    bool is_prepared_ = false;
    BlockResult result_;
    Tally tally_;
};

}  // namespace commitbench::block_stm
