// SPDX-License-Identifier: Apache-2.0
// That an executor has the effect of running transactions in order: block by block what
// `sequential` gives.
#include "harness/plugin/conformance/executor_tests.hpp"

#include "harness/plugin/conformance/cut_workload.hpp"
#include "harness/plugin/conformance/state_model.hpp"
#include "harness/run/first_state_index.hpp"
#include "harness/run/mismatch.hpp"
#include "harness/run/reference_chain.hpp"
#include "harness/runtime/worker_pool.hpp"

#include <limits>

namespace commitbench::conformance {
namespace {

constexpr std::uint32_t kWhole = std::numeric_limits<std::uint32_t>::max();

/// A state that cannot be read.
class FailingState final : public StateSource {
    class Reader final : public StateReader {
        Result<std::optional<ByteView>> get(const StateKey& /*key*/) override {
            return Error{ErrorCode::io, "the state cannot be read"};
        }
    };
    Result<std::unique_ptr<StateReader>> open_reader() override {
        return std::unique_ptr<StateReader>(std::make_unique<Reader>());
    }
};

Result<std::unique_ptr<CutWorkload>> make_workload(std::string_view spec,
                                                   std::uint64_t seed,
                                                   std::vector<std::uint32_t> sizes) {
    const auto choice = choose("workload", workload_registry(), spec);
    if (!choice) {
        return choice.error();
    }
    auto workload = choice->component->create(choice->options, seed);
    if (!workload) {
        return workload.error();
    }
    return std::make_unique<CutWorkload>(std::move(*workload), std::move(sizes));
}

Result<std::unique_ptr<Executor>> make_sequential(std::uint64_t seed) {
    const auto choice = choose("executor", executor_registry(), "sequential");
    if (!choice) {
        return choice.error();
    }
    return choice->component->create(choice->options, {.workers = nullptr, .seed = seed});
}

Result<std::unique_ptr<Executor>> make_subject(Trial& trial,
                                               const Subject& subject,
                                               WorkerPool& pool) {
    const auto options = subject.options();
    if (!options) {
        return options.error();
    }
    trial.doing("open");
    return subject.executor().create(*options, {.workers = &pool, .seed = trial.orders().seed});
}

/// Nothing where the executor may leave old values out or says them rightly.
Status check_old_values(const StateDiff& got, StateReader& before) {
    for (const Change& change : got.changes()) {
        if (change.old_state == OldState::unknown) {
            continue;
        }
        const auto old = before.get(change.key);
        if (!old) {
            return old.error();
        }
        const auto said =
            change.old_state == OldState::present ? std::optional(change.old_value) : std::nullopt;
        if (said.has_value() != old->has_value() || (said && !equal(*said, **old))) {
            return unmet("{}: its old value is said to be {}, and it is {}", show(change.key),
                         show(said), show(*old));
        }
    }
    return {};
}

Status check_result(const BlockResult& got, const BlockResult& right, StateReader& before) {
    if (const auto wrong = first_disorder(got.diff)) {
        return unmet("{}", *wrong);
    }
    if (const auto wrong = first_difference(got.diff, right.diff)) {
        return unmet("{}", *wrong);
    }
    if (const auto wrong = first_difference(got.receipts, right.receipts)) {
        return unmet("{}", *wrong);
    }
    return check_old_values(got.diff, before);
}

/// Runs blocks with the executor under test and with `sequential`.
Status compare(Trial& trial,
               const Subject& subject,
               std::string_view spec,
               std::uint32_t workers,
               const std::vector<std::uint32_t>& sizes,
               std::uint64_t blocks) {
    const std::uint64_t seed = trial.orders().seed;
    const auto workload = make_workload(spec, seed, sizes);
    const auto sequential = make_sequential(seed);
    if (!workload || !sequential) {
        return workload ? sequential.error() : workload.error();
    }
    const auto chain =
        ReferenceChain::start(**workload, **sequential, nullptr, silent_progress(), nullptr);
    const auto first = FirstStateIndex::make(**workload, silent_progress(), nullptr);
    if (!chain || !first) {
        return chain ? first.error() : chain.error();
    }
    MemoryState state(**first);
    FailingState closed;
    WorkerPool pool(workers);
    const auto made = make_subject(trial, subject, pool);
    const auto before = state.open_reader();
    if (!made || !before) {
        return made ? before.error() : made.error();
    }
    Executor& executor = **made;
    if (executor.needs_recording()) {
        return trial.skip("it replays results that were recorded");
    }
    COMMITBENCH_TRY(executor.prepare(state));
    for (std::uint64_t number = 1; number <= blocks; ++number) {
        AccessSetsBuilder accesses;
        const auto right = (*chain)->next(&accesses);
        const auto block = (*workload)->cut_block(number);
        if (!right || !block) {
            return right ? block.error() : right.error();
        }
        (*block)->declare(accesses.finish());
        COMMITBENCH_TRY(executor.receive(**block));
        const std::string where = fmt::format("block {} ({} transactions) of {} with {} workers",
                                              number, (*block)->size(), spec, workers);
        trial.doing("execute of " + where);
        const auto got = executor.execute(**block);
        if (!got) {
            return unmet("{}: {}", where, got.error().message);
        }
        if (const Status same = check_result(**got, **right, **before); !same) {
            return unmet("{}: {}", where, same.error().message);
        }
        state.apply((*right)->diff);
        if (number % 2 == 0) {  // as around a reopening of the backend
            trial.doing("prepare");
            COMMITBENCH_TRY(executor.prepare(closed));
            COMMITBENCH_TRY(executor.prepare(state));
        }
    }
    return {};
}

Status compare_all(Trial& trial,
                   const Subject& subject,
                   std::initializer_list<std::string_view> specs,
                   const std::vector<std::uint32_t>& sizes = {kWhole},
                   std::uint64_t blocks = 6) {
    for (const std::string_view spec : specs) {
        for (const std::uint32_t workers : {1U, 2U}) {
            COMMITBENCH_TRY(compare(trial, subject, spec, workers, sizes, blocks));
        }
    }
    return {};
}

}  // namespace

Status test_few_conflicts(Trial& trial, const Subject& subject) {
    return compare_all(
        trial, subject,
        {"transfer:accounts=5000,block-size=200", "token:accounts=2000,block-size=150"});
}

Status test_many_conflicts(Trial& trial, const Subject& subject) {
    // Poor accounts: whether a payment is covered depends on those before it.
    return compare_all(trial, subject,
                       {"transfer:accounts=8,block-size=200,balance=500,amount-max=400",
                        "transfer:accounts=60,block-size=100,fee=write",
                        "swap:users=20,pools=3,route-max=2,block-size=80,keys=zipf",
                        "orderbook:users=20,markets=2,prices=16,block-size=80"});
}

Status test_deletions(Trial& trial, const Subject& subject) {
    return compare_all(
        trial, subject,
        {"kv:items=60,block-size=100,value-size=8,writes=2,fresh-share=0.2,delete-share=0.3"});
}

Status test_additions(Trial& trial, const Subject& subject) {
    return compare_all(trial, subject,
                       {"mint:minters=20,block-size=100,counter=delta,fee=delta",
                        "p2p:shape=aptos,accounts=30,block-size=100,fee=delta"});
}

Status test_small_blocks(Trial& trial, const Subject& subject) {
    return compare_all(trial, subject,
                       {"transfer:accounts=8,block-size=50,balance=500,amount-max=400"},
                       {0, 1, 2, 0, 0, kWhole, 1, 3, 0, kWhole}, 10);
}

Status test_failing_state(Trial& trial, const Subject& subject) {
    const auto workload =
        make_workload("transfer:accounts=50,block-size=50", trial.orders().seed, {kWhole});
    if (!workload) {
        return workload.error();
    }
    const auto sequential = make_sequential(trial.orders().seed);
    if (!sequential) {
        return sequential.error();
    }
    const auto chain =
        ReferenceChain::start(**workload, **sequential, nullptr, silent_progress(), nullptr);
    if (!chain) {
        return chain.error();
    }
    AccessSetsBuilder accesses;
    const auto right = (*chain)->next(&accesses);
    const auto block = (*workload)->cut_block(1);
    if (!right || !block) {
        return right ? block.error() : right.error();
    }
    (*block)->declare(accesses.finish());
    FailingState failing;
    for (const std::uint32_t workers : {1U, 2U}) {
        WorkerPool pool(workers);
        const auto made = make_subject(trial, subject, pool);
        if (!made) {
            return made.error();
        }
        Executor& executor = **made;
        if (executor.needs_recording()) {
            return trial.skip("it replays results that were recorded");
        }
        trial.doing(
            fmt::format("execute on a state that cannot be read, with {} workers", workers));
        if (executor.prepare(failing) && executor.receive(**block) && executor.execute(**block)) {
            return unmet("the state cannot be read, and execute says that all is well");
        }
        trial.doing("close after a failure");
    }
    return {};
}

}  // namespace commitbench::conformance
