// SPDX-License-Identifier: Apache-2.0
// `commitbench list`: every component there is.
#include "harness/cli/command.hpp"
#include "harness/cli/component_text.hpp"

#include <fmt/format.h>

namespace commitbench::cli {
namespace {

void print_kind(std::string_view heading, std::string_view kind) {
    fmt::print("{}\n", heading);
    for (const ComponentText& component : built_in_components(kind)) {
        fmt::print("  {:<14} {}\n", component.name, component.summary);
    }
    for (const ComponentText& component : search_path_components(kind)) {
        const plugin::Library& library = *component.library;
        fmt::print("  {:<14} {} ({} {}, {})\n", component.name, component.summary, library.name,
                   library.version, library.path.string());
    }
    fmt::print("  -> commitbench describe {} NAME shows a component's options\n\n", kind);
}

Result<int> list() {
    print_kind("workloads: make the first state and the blocks", "workload");
    print_kind("executors: turn a block and the state before it into a StateDiff", "executor");
    print_kind("backends: keep the state and turn a StateDiff into a Root", "backend");
    for (const Error& error : search_path().refused) {
        fmt::print("passed over: {}\n\n", error.message);
    }
    fmt::print(
        "A component and its options are one word: name:key=value,key=value\n"
        "  as in commitbench run --workload transfer --backend mpt:store=lmdb\n"
        "A plug-in's file stands for its name, as in --backend ./libfoo.so:key=value; plug-ins in "
        "the folders of {} are found by name\n",
        kPathVariable);
    return 0;
}

}  // namespace

void add_list(CLI::App& app, Action& chosen) {
    app.add_subcommand("list", "All workloads, executors and backends")->callback([&chosen] {
        chosen = list;
    });
}

}  // namespace commitbench::cli
