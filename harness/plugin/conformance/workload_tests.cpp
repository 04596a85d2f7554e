// SPDX-License-Identifier: Apache-2.0
// That a workload is the same bytes whatever the order of calls, the threads and the executor.
#include "harness/plugin/conformance/workload_tests.hpp"

#include "harness/plugin/conformance/state_model.hpp"
#include "harness/plugin/conformance/told_access.hpp"
#include "harness/run/first_state_index.hpp"
#include "harness/run/mismatch.hpp"
#include "harness/run/reference_chain.hpp"
#include "harness/runtime/worker_pool.hpp"

#include <algorithm>

namespace commitbench::conformance {
namespace {

/// Entries and blocks that are looked at, at most: a workload may have any number.
constexpr std::uint64_t kEntries = 20'000;
constexpr std::uint64_t kKeys = 4'000'000;
constexpr std::uint64_t kBlocks = 5;

Result<std::unique_ptr<Workload>> open(Trial& trial, const Subject& subject) {
    const auto options = subject.options();
    if (!options) {
        return options.error();
    }
    trial.doing("open");
    return subject.workload().create(*options, trial.orders().seed);
}

std::uint64_t blocks_of(const Workload& workload) {
    return std::min(kBlocks, workload.block_limit());
}

struct Entry {
    StateKey key;
    Bytes value;
    bool operator==(const Entry&) const = default;
};

Entry entry_of(const Workload& workload, std::uint64_t index) {
    Entry entry{workload.key(index), {}};
    workload.value(index, entry.value);
    return entry;
}

/// Blocks that were made from the last to the first, before any is executed.
class BackwardBlocks final : public Workload {
  public:
    [[nodiscard]] static Result<std::unique_ptr<BackwardBlocks>> make(const Workload& workload) {
        std::unique_ptr<BackwardBlocks> made(new BackwardBlocks(workload));
        for (std::uint64_t number = blocks_of(workload); number >= 1; --number) {
            auto block = workload.block(number);
            if (!block) {
                return block.error();
            }
            made->blocks_.emplace(number, std::move(*block));
        }
        return made;
    }
    [[nodiscard]] std::uint64_t state_size() const override { return workload_.state_size(); }
    [[nodiscard]] StateKey key(std::uint64_t index) const override { return workload_.key(index); }
    void value(std::uint64_t index, Bytes& value) const override { workload_.value(index, value); }
    [[nodiscard]] std::uint64_t block_limit() const override { return blocks_.size(); }
    /// INVARIANT: each is asked for once.
    [[nodiscard]] Result<std::unique_ptr<Block>> block(std::uint64_t number) const override {
        return std::move(blocks_.at(number));
    }
    void facts(FactVisitor& visitor) const override { workload_.facts(visitor); }

  private:
    explicit BackwardBlocks(const Workload& workload) : workload_(workload) {}

    const Workload& workload_;
    mutable std::map<std::uint64_t, std::unique_ptr<Block>> blocks_;
};

/// Executes the blocks of both and compares.
Status compare(Trial& trial,
               const Workload& one,
               Executor& first,
               const Workload& other,
               Executor& second,
               std::string_view what) {
    const auto chain = ReferenceChain::start(one, first, nullptr, silent_progress(), nullptr);
    const auto again = ReferenceChain::start(other, second, nullptr, silent_progress(), nullptr);
    if (!chain || !again) {
        return chain ? again.error() : chain.error();
    }
    for (std::uint64_t number = 1; number <= blocks_of(one); ++number) {
        trial.doing(fmt::format("execution of block {}", number));
        const auto right = (*chain)->next();
        const auto got = (*again)->next();
        if (!right || !got) {
            return right ? got.error() : right.error();
        }
        auto wrong = first_difference((*got)->diff, (*right)->diff);
        if (!wrong) {
            wrong = first_difference((*got)->receipts, (*right)->receipts);
        }
        if (wrong) {
            return unmet("block {} differs {}: {}", number, what, *wrong);
        }
    }
    return {};
}

Result<std::unique_ptr<Executor>> make_executor(std::string_view spec,
                                                WorkerPool* pool,
                                                std::uint64_t seed) {
    const auto choice = choose("executor", executor_registry(), spec);
    if (!choice) {
        return choice.error();
    }
    return choice->component->create(choice->options, {.workers = pool, .seed = seed});
}

}  // namespace

Status test_same_bytes(Trial& trial, const Subject& subject) {
    const auto one = open(trial, subject);
    const auto other = open(trial, subject);
    if (!one || !other) {
        return one ? other.error() : one.error();
    }
    const std::uint64_t size = (*one)->state_size();
    if (size != (*other)->state_size() || (*one)->block_limit() != (*other)->block_limit() ||
        (*one)->content_digest() != (*other)->content_digest()) {
        return unmet(
            "opened twice with the same options and seed, it has another number of keys or blocks, "
            "or another digest of its content");
    }
    const std::uint64_t looked_at = std::min(size, kEntries);
    std::vector<Entry> entries;
    trial.doing("keys and values in order");
    for (std::uint64_t index = 0; index < looked_at; ++index) {
        entries.push_back(entry_of(**one, index));
    }
    trial.doing("keys and values in the other order");
    for (std::uint64_t index = looked_at; index-- > 0;) {
        for (const Workload* workload : {one->get(), other->get()}) {
            if (entry_of(*workload, index) != entries[index]) {
                return unmet("entry {} is another one {}", index,
                             workload == one->get()
                                 ? "when asked for again"
                                 : "in a second one with the same options and seed");
            }
        }
    }
    return {};
}

Status test_unique_keys(Trial& trial, const Subject& subject) {
    const auto workload = open(trial, subject);
    if (!workload) {
        return workload.error();
    }
    trial.doing("all keys");
    std::vector<StateKey> keys(std::min((*workload)->state_size(), kKeys));
    for (std::uint64_t index = 0; index < keys.size(); ++index) {
        keys[index] = (*workload)->key(index);
    }
    std::ranges::sort(keys);
    const auto twice = std::ranges::adjacent_find(keys);
    return twice == keys.end() ? Status()
                               : unmet("{} comes twice in the first state", show(*twice));
}

Status test_values(Trial& trial, const Subject& subject) {
    const auto workload = open(trial, subject);
    if (!workload) {
        return workload.error();
    }
    Bytes value;
    for (std::uint64_t index = 0; index < std::min((*workload)->state_size(), kEntries); ++index) {
        (*workload)->value(index, value);
        if (value.empty()) {
            return unmet("the value of entry {} is empty", index);
        }
    }
    return {};
}

Status test_threads(Trial& trial, const Subject& subject) {
    constexpr std::uint32_t kThreads = 4;
    const auto opened = open(trial, subject);
    if (!opened) {
        return opened.error();
    }
    const Workload& workload = **opened;
    const std::uint64_t size = std::min(workload.state_size(), kEntries);
    std::vector<Entry> entries;
    for (std::uint64_t index = 0; index < size; ++index) {
        entries.push_back(entry_of(workload, index));
    }
    WorkerPool pool(kThreads);
    std::vector<Status> read(kThreads);
    trial.doing(fmt::format("keys, values and blocks by {} threads at once", kThreads));
    pool.run([&](const NativeWorker& worker) {
        for (std::uint64_t i = 0; i < size; ++i) {
            const std::uint64_t index = (i + worker.index() * size / kThreads) % size;
            if (entry_of(workload, index) != entries[index]) {
                read[worker.index()] =
                    unmet("entry {} is another one when several threads ask", index);
                return;
            }
        }
        for (std::uint64_t number = 1; number <= blocks_of(workload); ++number) {
            if (const auto block = workload.block(number); !block) {
                read[worker.index()] = block.error();
                return;
            }
        }
    });
    for (const Status& one : read) {
        COMMITBENCH_TRY(one);
    }
    return {};
}

Status test_blocks_in_any_order(Trial& trial, const Subject& subject) {
    const auto one = open(trial, subject);
    const auto other = open(trial, subject);
    if (!one || !other) {
        return one ? other.error() : one.error();
    }
    trial.doing("blocks from the last to the first");
    const auto backward = BackwardBlocks::make(**other);
    const auto first = make_executor("sequential", nullptr, trial.orders().seed);
    const auto second = make_executor("sequential", nullptr, trial.orders().seed);
    if (!backward) {
        return backward.error();
    }
    if (!first || !second) {
        return first ? second.error() : first.error();
    }
    return compare(trial, **one, **first, **backward, **second,
                   "when blocks are made from the last to the first");
}

Status test_executors_agree(Trial& trial, const Subject& subject) {
    const auto workload = open(trial, subject);
    if (!workload) {
        return workload.error();
    }
    for (const std::uint32_t workers : {1U, 2U}) {
        WorkerPool pool(workers);
        const auto first = make_executor("sequential", nullptr, trial.orders().seed);
        const auto second = make_executor("block-stm:check=full", &pool, trial.orders().seed);
        if (!first || !second) {
            return first ? second.error() : first.error();
        }
        COMMITBENCH_TRY(compare(trial, **workload, **first, **workload, **second,
                                fmt::format("under block-stm with {} workers", workers)));
    }
    return {};
}

Status test_stops(Trial& trial, const Subject& subject) {
    constexpr std::uint32_t kTransactions = 60;
    const auto opened = open(trial, subject);
    if (!opened) {
        return opened.error();
    }
    const auto first = FirstStateIndex::make(**opened, silent_progress(), nullptr);
    const auto made = (*opened)->block(1);
    if (!first || !made) {
        return first ? made.error() : first.error();
    }
    const Block& block = **made;
    for (std::uint32_t index = 0; index < std::min(block.size(), kTransactions); ++index) {
        trial.doing(fmt::format("transaction {} of block 1", index));
        ToldAccess whole(**first, {});
        const Receipt right = block.execute(index, whole);
        if (right.status == TxStatus::stopped) {
            return unmet("transaction {} of block 1 stops although nobody told it to", index);
        }
        if (right.status == TxStatus::failed && whole.writes() > 0) {
            return unmet("transaction {} of block 1 has failed and has written before", index);
        }
        ToldAccess again(**first, {});
        if (!(block.execute(index, again) == right)) {
            return unmet("transaction {} of block 1 gives another receipt for the same reads",
                         index);
        }
        if (whole.reads() > 0) {
            for (const std::uint64_t stop :
                 {std::uint64_t{0}, whole.reads() / 2, whole.reads() - 1}) {
                ToldAccess stopped(**first, {.stop_at_read = stop});
                if (block.execute(index, stopped).status != TxStatus::stopped ||
                    stopped.calls_after_stop() > 0) {
                    return unmet("transaction {} of block 1 goes on after its read {} said stop",
                                 index, stop + 1);
                }
            }
        }
        if (whole.spent()) {
            ToldAccess stopped(**first, {.refuse_to_spend = true});
            if (block.execute(index, stopped).status != TxStatus::stopped ||
                stopped.calls_after_stop() > 0) {
                return unmet(
                    "transaction {} of block 1 goes on after `spend` said that it has done all it "
                    "may",
                    index);
            }
        }
    }
    return {};
}

}  // namespace commitbench::conformance
