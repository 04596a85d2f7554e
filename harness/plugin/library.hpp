// SPDX-License-Identifier: Apache-2.0
// Library: a shared library with plug-ins in it, checked and opened, as components like the
// built-in ones.
#pragma once

#include "harness/core/registry.hpp"
#include "include/commitbench/plugin.h"

#include <deque>
#include <filesystem>
#include <string>
#include <vector>

namespace commitbench::plugin {

/// One interface of a library, in the host's length: filled up with NULL where the library is older
/// than the host.
template<class Interface>
struct Offer {
    Interface table{};
    std::string library;  ///< "name version"
    std::string origin;   ///< "name version (file)", a fact of every result
};

/// What one library offers. Text and tables belong to the library, which stays open until the
/// process ends: a component may run until then, and what it left in threads and at exit cannot be
/// seen from here.
struct Library {
    std::filesystem::path path;
    std::string name;
    std::string version;
    // What the components point into.
    std::deque<std::vector<OptionSpec>> options;
    std::deque<Offer<cb_backend_interface>> backend_offers;
    std::deque<Offer<cb_executor_interface>> executor_offers;
    std::deque<Offer<cb_workload_interface>> workload_offers;
    std::vector<BackendComponent> backends;
    std::vector<ExecutorComponent> executors;
    std::vector<WorkloadComponent> workloads;
};

/// Opens the library, once a process: asked again, it gives the same. bad_input, with what, why and
/// remedy, where it is no library, one of another architecture, without the symbol
/// `commitbench_plugin`, of another ABI, or where a table of it is not as plugin.h says. Nothing of
/// the library is called, but what it does itself on being loaded. One thread.
[[nodiscard]] Result<const Library*> open_library(const std::filesystem::path& path);

}  // namespace commitbench::plugin
