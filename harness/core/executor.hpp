// SPDX-License-Identifier: Apache-2.0
// Executor: turns a Block and the state before it into a BlockResult.
#pragma once

#include "harness/core/backend.hpp"
#include "harness/core/block.hpp"

namespace commitbench {

/// What a cell gives its executor.
struct ExecutorResources {
    /// Threads for what runs in parallel, shared with the backend, which rests while the executor
    /// works; null: the caller's thread alone. Outlives the executor.
    WorkerPool* workers = nullptr;
    std::uint64_t seed = 0;  ///< the run's
};

/// The only thing that two executors may differ in is time. Called from one thread.
class Executor {
  public:
    virtual ~Executor() = default;
    /// Drops the readers it has and opens new ones. Called before the first block, and around every
    /// Backend::reopen(): before it with a source that has nothing, so that no reader outlives what
    /// it reads.
    virtual Status prepare(StateSource& state) = 0;
    /// What arrives with a block before the clock starts, say declared access sets: called before
    /// execute() of the same block, outside the timed spans, while readers are legal. What a node
    /// would have to work out does not belong here.
    virtual Status receive(const Block& /*block*/) { return {}; }
    /// Runs the block with the effect of running its transactions in order. The result belongs to
    /// the executor (or the block) and is valid until the next execute().
    [[nodiscard]] virtual Result<const BlockResult*> execute(const Block& block) = 0;
    /// True where execute() needs Block::recorded().
    [[nodiscard]] virtual bool needs_recording() const { return false; }
    /// True where receive() or execute() needs Block::access_sets().
    [[nodiscard]] virtual bool needs_access_sets() const { return false; }
    virtual void counters(CounterVisitor& visitor) const = 0;
    virtual void facts(FactVisitor& visitor) const = 0;
};

}  // namespace commitbench
