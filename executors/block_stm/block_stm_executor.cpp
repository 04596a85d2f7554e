// SPDX-License-Identifier: Apache-2.0
#include "executors/block_stm/block_stm_executor.hpp"

#include "executors/block_stm/engine.hpp"
#include "executors/block_stm/settings.hpp"
#include "harness/runtime/worker_pool.hpp"

namespace commitbench {
namespace {

using block_stm::Engine;
using block_stm::Hints;
using block_stm::Settings;
using block_stm::Tally;

class BlockStmExecutor final : public Executor {
  public:
    BlockStmExecutor(const Settings& settings, WorkerPool* workers)
        : settings_(settings),
          own_pool_(workers == nullptr ? std::make_unique<WorkerPool>(1) : nullptr),
          pool_(workers == nullptr ? *own_pool_ : *workers),
          engine_(pool_, settings) {}

    Status prepare(StateSource& state) override { return engine_.prepare(state); }

    Result<const BlockResult*> execute(const Block& block) override {
        return engine_.execute(block);
    }

    [[nodiscard]] bool needs_access_sets() const override {
        return settings_.hints == Hints::exact;
    }

    void counters(CounterVisitor& visitor) const override {
        const Tally& tally = engine_.tally();
        visitor.counter("reads", tally.reads);
        visitor.counter("state_reads", tally.state_reads);
        visitor.counter("writes", tally.writes);
        visitor.counter("executions", tally.executions);
        visitor.counter("validations", tally.validations);
        visitor.counter("aborts", tally.aborts);
        visitor.counter("suspensions", tally.suspensions);
        if (settings_.times) {
            visitor.counter("wait_ns", tally.wait_ns);
            visitor.counter("idle_ns", tally.idle_ns);
        }
    }

    void facts(FactVisitor& visitor) const override {
        visitor.fact("threads", std::to_string(pool_.workers()), "the workers of the cell");
        visitor.fact("block_read_cache", "on",
                     "a key is asked of the backend once a block, or once by each of several "
                     "workers that need it at the same time; state_reads counts these");
        const auto rung = [&](std::string_view name, bool up, std::string_view ladder,
                              std::string_view paper, std::string_view why) {
            visitor.fact(name, up ? ladder : paper, why);
        };
        const bool rolling = settings_.rolling_commit;
        rung("commit", rolling, "rolling", "end",
             "what the option stands for in this run, as below");
        rung("status", rolling || settings_.word_status, "word", "locked", "");
        rung("first_wave", rolling || settings_.first_wave, "on", "off", "");
        rung("validation", settings_.by_value, "value", "version", "");
        rung("announce", settings_.announce, "on", "off", "");
        rung("deltas", settings_.deltas, "on", "off", "");
        rung("hand_off", rolling && settings_.hand_off, "on", "off", "");
        rung("adaptive", rolling && settings_.adaptive, "on", "off", "");
        rung("memory", settings_.arena, "arena", "heap", "");
    }

  private:
    Settings settings_;
    std::unique_ptr<WorkerPool> own_pool_;  // where the cell gave none
    WorkerPool& pool_;
    Engine<WorkerPool> engine_;
};

Result<std::unique_ptr<Executor>> create(const Options& options,
                                         const ExecutorResources& resources) {
    return std::unique_ptr<Executor>(
        std::make_unique<BlockStmExecutor>(block_stm::read_settings(options), resources.workers));
}

}  // namespace

const ExecutorComponent& block_stm_component() {
    static const ExecutorComponent kComponent{
        "block-stm",
        "Runs transactions ahead of their order, checks what they read, and runs again those that "
        "read what was not final (Block-STM).",
        block_stm::option_table(),
        &create,
    };
    return kComponent;
}

}  // namespace commitbench
