// SPDX-License-Identifier: Apache-2.0
// `commitbench merge`: the shards of a sweep in one folder.
#include "harness/sweep/merge.hpp"

#include "harness/cli/command.hpp"

#include <fmt/format.h>

namespace commitbench::cli {
namespace {

Result<int> merge(const std::string& out,
                  const std::vector<std::string>& folders,
                  bool keep_first) {
    const auto summary = sweep::merge_sweeps(
        out, std::vector<std::filesystem::path>(folders.begin(), folders.end()), keep_first);
    if (!summary) {
        return summary.error();
    }
    for (const std::string& repeated : summary->repeated) {
        fmt::print("{} is in more than one folder: kept once\n", repeated);
    }
    fmt::print("{} runs of {} folders are in {}\n", summary->lines, folders.size(), out);
    if (summary->hosts.size() > 1) {
        fmt::print(
            "They come from {} machines ({}): no interval over them holds for one of them.\n",
            summary->hosts.size(), fmt::join(summary->hosts, ", "));
    }
    return 0;
}

}  // namespace

void add_merge(CLI::App& app, Action& chosen) {
    struct Arguments {
        std::string out;
        std::vector<std::string> folders;
        bool keep_first = false;
    };
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command =
        app.add_subcommand("merge", "Joins the shards of one sweep into one folder");
    command->add_option("out", arguments->out, "Folder for the joined runs.jsonl and manifest.json")
        ->type_name("OUT")
        ->required();
    command->add_option("folders", arguments->folders, "Folders of the shards")
        ->type_name("DIR...")
        ->required();
    command->add_flag("--keep-first", arguments->keep_first,
                      "Where a run was made twice, take that of the folder named first");
    command->callback([&chosen, arguments] {
        chosen = [arguments] {
            return merge(arguments->out, arguments->folders, arguments->keep_first);
        };
    });
}

}  // namespace commitbench::cli
