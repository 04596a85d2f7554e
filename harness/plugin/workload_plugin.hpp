// SPDX-License-Identifier: Apache-2.0
// A plug-in's workload as a Workload.
#pragma once

#include "harness/core/options.hpp"
#include "harness/core/workload.hpp"

namespace commitbench::plugin {

/// `knowledge`: an Offer<cb_workload_interface> (library.hpp) that outlives the workload. The Maker
/// of a plug-in's workload; errors: the plug-in's.
[[nodiscard]] Result<std::unique_ptr<Workload>> create_workload(const void* knowledge,
                                                                const Options& options,
                                                                std::uint64_t seed);

}  // namespace commitbench::plugin
