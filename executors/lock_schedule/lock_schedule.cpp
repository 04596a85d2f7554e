// SPDX-License-Identifier: Apache-2.0
#include "executors/lock_schedule/lock_schedule.hpp"

#include "executors/lock_schedule/lock_schedule_executor.hpp"
#include "harness/runtime/worker_pool.hpp"

namespace commitbench {
namespace {

/// The executor with a pool of its own, for whoever has none to lend.
class AloneExecutor final : public Executor {
  public:
    explicit AloneExecutor(const LockScheduleSettings& settings) : executor_(pool_, settings) {}
    Status prepare(StateSource& state) override { return executor_.prepare(state); }
    Status receive(const Block& block) override { return executor_.receive(block); }
    Result<const BlockResult*> execute(const Block& block) override {
        return executor_.execute(block);
    }
    [[nodiscard]] bool needs_access_sets() const override { return executor_.needs_access_sets(); }
    void counters(CounterVisitor& visitor) const override { executor_.counters(visitor); }
    void facts(FactVisitor& visitor) const override { executor_.facts(visitor); }

  private:
    WorkerPool pool_{1};
    LockScheduleExecutor<WorkerPool> executor_;
};

Result<std::unique_ptr<Executor>> create_lock_schedule(const Options& options,
                                                       const ExecutorResources& resources) {
    const auto settings = lock_schedule_settings(options, resources.seed);
    if (!settings) {
        return settings.error();
    }
    if (resources.workers == nullptr) {
        return std::unique_ptr<Executor>(std::make_unique<AloneExecutor>(*settings));
    }
    return std::unique_ptr<Executor>(
        std::make_unique<LockScheduleExecutor<WorkerPool>>(*resources.workers, *settings));
}

std::string_view reference_of_lock_schedule(const Options& options) {
    return options.text("declared") == "stale" ? "sequential:declared=stale" : "sequential";
}

}  // namespace

const ExecutorComponent& lock_schedule_component() {
    static const ExecutorComponent kComponent{
        {"lock-schedule",
         "Runs transactions side by side whose declared access sets allow it, others in order.",
         lock_schedule_options(), &create_lock_schedule},
        &reference_of_lock_schedule,
    };
    return kComponent;
}

}  // namespace commitbench
