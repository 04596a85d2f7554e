// SPDX-License-Identifier: Apache-2.0
// A plug-in's executor as an Executor: it runs the transactions of our workloads through callbacks.
#pragma once

#include "harness/core/executor.hpp"
#include "harness/core/options.hpp"

namespace commitbench::plugin {

/// `knowledge`: an Offer<cb_executor_interface> (library.hpp) that outlives the executor. The Maker
/// of a plug-in's executor; errors: the plug-in's.
[[nodiscard]] Result<std::unique_ptr<Executor>> create_executor(const void* knowledge,
                                                                const Options& options,
                                                                const ExecutorResources& resources);

}  // namespace commitbench::plugin
