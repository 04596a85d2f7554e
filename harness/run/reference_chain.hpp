// SPDX-License-Identifier: Apache-2.0
// ReferenceChain: what every block must come to, one after the other from the first state.
#pragma once

#include "harness/core/executor.hpp"
#include "harness/core/reference_tree.hpp"
#include "harness/core/workload.hpp"
#include "harness/run/interrupt_flag.hpp"
#include "harness/run/memory_state.hpp"
#include "harness/run/progress.hpp"

namespace commitbench {

/// Borrows workload and executor. About 17 bytes a key and what the tree takes; keys that blocks
/// write cost more. One thread.
class ReferenceChain {
  public:
    /// Goes through the whole first state. `tree` may be null: then there are no roots.
    [[nodiscard]] static Result<std::unique_ptr<ReferenceChain>> start(
        const Workload& workload,
        Executor& executor,
        std::unique_ptr<ReferenceTree> tree,
        ProgressSink& progress,
        InterruptFlag interrupt);

    ReferenceChain(const ReferenceChain&) = delete;
    ReferenceChain& operator=(const ReferenceChain&) = delete;

    /// Executes the next block (the first call: block 1) and applies it. Valid until the next call.
    /// `accesses` takes what each transaction touched; null: nobody asked.
    [[nodiscard]] Result<const BlockResult*> next(AccessSetsBuilder* accesses = nullptr);

    /// Of the state after the last block (before the first: of the first state); nullopt without a
    /// tree.
    [[nodiscard]] std::optional<Root> root();

  private:
    ReferenceChain(const Workload& workload,
                   Executor& executor,
                   std::unique_ptr<FirstState> first,
                   std::unique_ptr<ReferenceTree> tree)
        : workload_(workload),
          executor_(executor),
          first_(std::move(first)),
          tree_(std::move(tree)),
          state_(*first_) {}

    const Workload& workload_;
    Executor& executor_;
    std::unique_ptr<FirstState> first_;
    std::unique_ptr<ReferenceTree> tree_;  // borrows the first state
    MemoryState state_;
    std::unique_ptr<Block> block_;  // outlives the result it gave
    std::uint64_t number_ = 0;
};

}  // namespace commitbench
