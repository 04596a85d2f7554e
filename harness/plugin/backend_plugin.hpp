// SPDX-License-Identifier: Apache-2.0
// A plug-in's backend as a Backend. A block's changes reach it as they lie in the StateDiff:
// nothing is copied.
#pragma once

#include "harness/core/backend.hpp"
#include "harness/core/options.hpp"
#include "include/commitbench/plugin.h"

namespace commitbench::plugin {

/// `knowledge`: an Offer<cb_backend_interface> (library.hpp) that outlives the backend. The Maker
/// of a plug-in's backend; errors: the plug-in's.
[[nodiscard]] Result<std::unique_ptr<Backend>> create_backend(const void* knowledge,
                                                              const Options& options,
                                                              const CellResources& resources);

/// Whether one with these options keeps files, as it says itself.
[[nodiscard]] bool keeps_files(const cb_backend_interface& table, const Options& options);

}  // namespace commitbench::plugin
