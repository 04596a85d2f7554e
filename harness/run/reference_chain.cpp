// SPDX-License-Identifier: Apache-2.0
#include "harness/run/reference_chain.hpp"

#include "harness/run/observed_block.hpp"

namespace commitbench {
namespace {

/// Keys of the first state that go into the tree at a time.
constexpr std::uint64_t kKeysPerDiff = 65536;

}  // namespace

Result<std::unique_ptr<ReferenceChain>> ReferenceChain::start(const Workload& workload,
                                                              Executor& executor,
                                                              std::unique_ptr<ReferenceTree> tree,
                                                              ProgressSink& progress,
                                                              InterruptFlag interrupt) {
    std::unique_ptr<ReferenceChain> chain(new ReferenceChain(workload, executor, std::move(tree)));
    const std::uint64_t size = workload.state_size();
    chain->state_.reserve(size);
    progress.begin("ledger: first state", "keys", size);
    StateDiff diff;
    Bytes value;
    for (std::uint64_t index = 0; index < size; ++index) {
        if (index % kStepsBetweenLooks == 0) {
            if (is_set(interrupt)) {
                return Error{ErrorCode::interrupted, "interrupted while making the ledger"};
            }
            progress.update(index);
        }
        workload.value(index, value);
        diff.add(workload.key(index), OldState::absent, {}, value);
        if (diff.size() == kKeysPerDiff || index + 1 == size) {
            diff.sort();
            chain->state_.apply(diff);
            if (chain->tree_ != nullptr) {
                chain->tree_->apply(diff);
            }
            diff.clear();
        }
    }
    progress.end(size);
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
