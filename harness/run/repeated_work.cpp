// SPDX-License-Identifier: Apache-2.0
#include "harness/run/repeated_work.hpp"

#include "harness/run/first_state_load.hpp"

namespace commitbench {

Result<BlockCheck::Reason> execute_again(Executor& executor,
                                         const Block& block,
                                         std::uint64_t number,
                                         std::uint32_t times,
                                         BlockCheck& check,
                                         BlockSpans& spans) {
    for (std::uint32_t i = 1; i < times; ++i) {
        BlockTimer timer;
        const Result<const BlockResult*> executed = [&] {
            const Span span = timer.span(Phase::execute);
            return executor.execute(block);
        }();
        spans += timer.finish();
        if (!executed) {
            return executed.error();
        }
        auto reason = check.check_result(number, **executed);
        if (!reason || *reason) {
            return reason;
        }
    }
    return BlockCheck::Reason();
}

Status load_twins(BackendTwins& twins,
                  const RunRequest& request,
                  const Workload& workload,
                  ProgressSink& progress) {
    if (!request.state.empty()) {
        return {};
    }
    return twins.load([&](Backend& twin) {
        LoadRecord unseen;
        return load_first_state(twin, workload, request.memory_budget, progress, request.interrupt,
                                unseen);
    });
}

}  // namespace commitbench
