// SPDX-License-Identifier: Apache-2.0
// Repeated work: the steps of a run that `--execute-times` and `--commit-times` add to it.
//
// Both ask what throughput would be if a phase cost N times what it costs, and both do the work N
// times. Executions are repeated on the one executor, before the block's own; commitments on
// BackendTwins, beside the backend's own. Borrows everything; not thread-safe.
#pragma once

#include "harness/measure/span.hpp"
#include "harness/run/backend_twins.hpp"
#include "harness/run/block_check.hpp"

namespace commitbench {

/// All executions of a block but the last, `times` - 1 of them: timed alike, their spans added to
/// `spans`, each result held against the ledger, for the next one overwrites it. Gives why the run
/// is void at the first result that the ledger disagrees with, and stops there. Errors of execute()
/// and of the check.
[[nodiscard]] Result<BlockCheck::Reason> execute_again(Executor& executor,
                                                       const Block& block,
                                                       std::uint64_t number,
                                                       std::uint32_t times,
                                                       BlockCheck& check,
                                                       BlockSpans& spans);

/// Brings every twin to the first state, unless it was restored there (RunRequest::state). Untimed:
/// the record's load is that of the backend that is read from. Errors of load_first_state().
Status load_twins(BackendTwins& twins,
                  const RunRequest& request,
                  const Workload& workload,
                  ProgressSink& progress);

}  // namespace commitbench
