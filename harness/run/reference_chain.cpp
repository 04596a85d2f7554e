// SPDX-License-Identifier: Apache-2.0
#include "harness/run/reference_chain.hpp"

#include "harness/run/first_state_index.hpp"
#include "harness/run/observed_block.hpp"

#include <algorithm>

namespace commitbench {
namespace {

/// Keys of the first state that go into the tree at a time.
constexpr std::uint64_t kKeysAtATime = 65536;

}  // namespace

Result<std::unique_ptr<ReferenceChain>> ReferenceChain::start(const Workload& workload,
                                                              Executor& executor,
                                                              std::unique_ptr<ReferenceTree> tree,
                                                              ProgressSink& progress,
                                                              InterruptFlag interrupt) {
    auto first = FirstStateIndex::make(workload, progress, interrupt);
    if (!first) {
        return first.error();
    }
    std::unique_ptr<ReferenceChain> chain(
        new ReferenceChain(workload, executor, std::move(*first), std::move(tree)));
    if (chain->tree_ != nullptr) {
        const std::uint64_t size = chain->first_->size();
        progress.begin("ledger: first state", "keys", size);
        for (std::uint64_t rank = 0; rank < size; rank += kKeysAtATime) {
            if (is_set(interrupt)) {
                return Error{ErrorCode::interrupted, "interrupted while making the ledger"};
            }
            progress.update(rank);
            chain->tree_->load(*chain->first_, rank, std::min(size, rank + kKeysAtATime));
        }
        progress.end(size);
    }
    COMMITBENCH_TRY(executor.prepare(chain->state_));
    return chain;
}

Result<const BlockResult*> ReferenceChain::next(AccessSetsBuilder* accesses) {
    auto block = workload_.block(number_ + 1);
    if (!block) {
        return block.error();
    }
    block_ = std::move(*block);
    ++number_;
    COMMITBENCH_TRY(executor_.receive(*block_));
    std::optional<ObservedBlock> observed;
    if (accesses != nullptr) {
        observed.emplace(*block_, *accesses);
    }
    auto result = executor_.execute(observed ? static_cast<const Block&>(*observed) : *block_);
    if (!result) {
        return result.error();
    }
    state_.apply((*result)->diff);
    if (tree_ != nullptr) {
        tree_->apply((*result)->diff);
    }
    return *result;
}

std::optional<Root> ReferenceChain::root() {
    return tree_ == nullptr ? std::nullopt : std::optional<Root>(tree_->root());
}

}  // namespace commitbench
