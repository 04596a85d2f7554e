// SPDX-License-Identifier: Apache-2.0
// What `lock-schedule` costs without transactions: from declared sets to the last one released.
#include "executors/lock_schedule/lock_ids.hpp"
#include "harness/runtime/worker_pool.hpp"

#include <benchmark/benchmark.h>
#include <random>

namespace commitbench {
namespace {

constexpr std::uint32_t kTransactions = 10'000;

/// Transactions that write two of `keys` keys each.
class TwoKeyBlock final : public Block {
  public:
    explicit TwoKeyBlock(std::size_t keys) {
        std::mt19937_64 random(1);
        std::vector<StateKey> names(keys);
        for (StateKey& name : names) {
            for (std::uint8_t& byte : name.bytes) {
                byte = static_cast<std::uint8_t>(random());
            }
        }
        AccessSetsBuilder sets;
        for (std::uint32_t i = 0; i < kTransactions; ++i) {
            sets.touch(names[random() % keys], true);
            sets.touch(names[random() % keys], true);
            sets.end_transaction();
        }
        sets_ = sets.finish();
    }
    [[nodiscard]] std::uint64_t number() const override { return 1; }
    [[nodiscard]] std::uint32_t size() const override { return kTransactions; }
    [[nodiscard]] const AccessSets* access_sets() const override { return &sets_; }
    [[nodiscard]] Receipt execute(std::uint32_t, StateAccess&) const override { return {}; }

  private:
    AccessSets sets_;
};

class NoReader final : public StateReader {
    Result<std::optional<ByteView>> get(const StateKey& /*key*/) override {
        return std::optional<ByteView>();
    }
};

/// range(0): keys of the block; range(1): workers.
void schedule_and_complete(benchmark::State& state, bool resolve) {
    const TwoKeyBlock block(static_cast<std::size_t>(state.range(0)));
    NoReader reader;
    DeclaredBlock declared;
    if (!declared.receive(block, reader, LockScheduleSettings())) {
        state.SkipWithError("the block cannot be received");
        return;
    }
    WorkerPool pool(static_cast<std::uint32_t>(state.range(1)));
    LockIds ids(resolve, kKeyBits);
    LockScheduler<WorkerPool> scheduler(pool, SchedulePlan());
    std::vector<std::uint8_t> ran(kTransactions);
    for ([[maybe_unused]] auto iteration : state) {
        ids.begin(declared);
        scheduler.begin(kTransactions, ids.most_locks(), declared.sets().accesses().size());
        for (std::uint32_t index = 0; index < kTransactions; ++index) {
            scheduler.add(ids.next_row());
        }
        scheduler.run(
            [&](NativeWorker& /*worker*/, std::uint32_t index) {
                ran[index] = static_cast<std::uint8_t>(ran[index] + 1U);
                return true;
            },
            [](NativeWorker& /*worker*/) { return false; });
    }
    for (const std::uint8_t count : ran) {
        if (count != ran.front()) {
            state.SkipWithError("a transaction ran another number of times");
            return;
        }
    }
    state.SetItemsProcessed(state.iterations() * kTransactions);
    state.counters["ns_per_transaction"] =
        benchmark::Counter(static_cast<double>(state.iterations()) * kTransactions / 1e9,
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(schedule_and_complete, keys_unresolved, true)
    ->Args({10'000, 1})
    ->Args({2, 1})
    ->Args({10'000, 2})
    ->UseRealTime();
BENCHMARK_CAPTURE(schedule_and_complete, keys_resolved, false)
    ->Args({10'000, 1})
    ->Args({2, 1})
    ->Args({10'000, 2})
    ->UseRealTime();

}  // namespace
}  // namespace commitbench
