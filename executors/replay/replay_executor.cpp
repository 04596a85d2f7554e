// SPDX-License-Identifier: Apache-2.0
#include "executors/replay/replay_executor.hpp"

namespace commitbench {
namespace {

class ReplayExecutor final : public Executor {
  public:
    Status prepare(StateSource& /*state*/) override { return {}; }

    Result<const BlockResult*> execute(const Block& block) override {
        const BlockResult* const recorded = block.recorded();
        if (recorded == nullptr) {
            return Error{ErrorCode::unsupported,
                         fmt::format("replay: block {} has no recorded result", block.number())};
        }
        changes_ += recorded->diff.size();
        return recorded;
    }

    [[nodiscard]] bool needs_recording() const override { return true; }

    void counters(CounterVisitor& visitor) const override {
        visitor.counter("replayed_changes", changes_);
    }

    void facts(FactVisitor& visitor) const override {
        visitor.fact(
            "executes", "nothing",
            "results were recorded before the run by the reference executor, so that what is "
            "measured is the commitment alone");
    }

  private:
    std::uint64_t changes_ = 0;
};

Result<std::unique_ptr<Executor>> create_replay(const Options& /*options*/,
                                                const ExecutorResources& /*resources*/) {
    return std::unique_ptr<Executor>(std::make_unique<ReplayExecutor>());
}

}  // namespace

constinit const ExecutorComponent kReplayComponent{
    "replay",
    "Applies recorded results and executes nothing: the null executor, which isolates commitment.",
    {},
    &create_replay,
};

}  // namespace commitbench
