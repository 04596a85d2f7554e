// SPDX-License-Identifier: Apache-2.0
// `commitbench completion SHELL`: the script for a shell; and `complete`, hidden, which that script
// asks for words at every press of the key.
#include "harness/cli/command.hpp"
#include "harness/cli/completion_scripts.hpp"
#include "harness/cli/completion_words.hpp"
#include "harness/core/options.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace commitbench::cli {
namespace {

std::vector<std::string_view> shells() {
    std::vector<std::string_view> names;
    names.reserve(kCompletionScripts.size());
    for (const ShellScript& script : kCompletionScripts) {
        names.push_back(script.shell);
    }
    return names;
}

Result<int> print_script(const std::string& shell) {
    const auto* const script = std::ranges::find(kCompletionScripts, shell, &ShellScript::shell);
    if (script == kCompletionScripts.end()) {
        const std::vector<std::string_view> known = shells();
        const std::string_view close = nearest(shell, known);
        return bad_input(fmt::format("there is no completion for '{}': {}", shell,
                                     close.empty()
                                         ? fmt::format("choose one of {}", fmt::join(known, ", "))
                                         : fmt::format("did you mean '{}'?", close)));
    }
    fmt::print("{}", script->text);
    return 0;
}

/// The format is that of completion_scripts.hpp.
Result<int> print_words(const CLI::App& app, std::span<const std::string> typed) {
    const Completion completion = complete_words(app, typed);
    for (const CompletionWord& word : completion.words) {
        fmt::print("{}{}\t{}\n", word.word, word.open ? "" : " ", word.help);
    }
    if (completion.paths != PathCompletion::none) {
        fmt::print(":{}\t{}\n", completion.paths == PathCompletion::files ? "files" : "folders",
                   completion.path_prefix);
    }
    return 0;
}

}  // namespace

void add_completion(CLI::App& app, Action& chosen) {
    auto shell = std::make_shared<std::string>();
    CLI::App* completion = app.add_subcommand(
        "completion", "Prints the script that lets a shell complete commitbench's words");
    completion->footer(
        "In a shell that is running: source <(commitbench completion bash); in fish:\n"
        "commitbench completion fish | source. An installed commitbench has brought them along.");
    completion->add_option("SHELL", *shell, "For which shell")
        ->type_name(fmt::format("{}", fmt::join(shells(), "|")))
        ->required();
    completion->callback([&chosen, shell] { chosen = [shell] { return print_script(*shell); }; });

    CLI::App* words = app.add_subcommand("complete", "")->group("");
    words->prefix_command();
    words->fallthrough(false);
    words->set_help_flag();
    words->callback([&chosen, &app, words] {
        // The first is the program's own name; without it CLI11 would see a "--" as its own.
        chosen = [&app, line = words->remaining()]() -> Result<int> {
            return line.empty() ? bad_input("complete: the words of the line are missing")
                                : print_words(app, std::span(line).subspan(1));
        };
    });
}

}  // namespace commitbench::cli
