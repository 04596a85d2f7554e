// SPDX-License-Identifier: Apache-2.0
// The processes that `commitbench check-plugin` starts: each opens the library anew and carries out
// one test, or one act for a test.
#include "harness/cli/cell_process.hpp"
#include "harness/cli/check_plugin_arguments.hpp"
#include "harness/cli/check_plugin_subjects.hpp"
#include "harness/cli/component_choice.hpp"
#include "harness/cli/run_arguments.hpp"
#include "harness/plugin/conformance/act.hpp"
#include "harness/plugin/conformance/test.hpp"

#include <algorithm>
#include <fcntl.h>

namespace commitbench::cli {
namespace {

using namespace conformance;

/// Opens the library and gives it the user's options. What is the library's own fault is told as
/// the outcome of a test.
Result<std::optional<CheckedLibrary>> open_for(const CheckPluginArguments& arguments) {
    const auto spec = parse_spec(arguments.plugin);
    if (!spec) {
        return spec.error();
    }
    auto library = find_subjects(spec->name);
    if (!library) {
        if (!is_library_path(spec->name)) {
            return library.error();
        }
        tell(arguments.report, outcome_message({TestResult::failed, library.error().message}));
        return std::optional<CheckedLibrary>();
    }
    COMMITBENCH_TRY(give_options(*library, *spec));
    return std::optional<CheckedLibrary>(std::move(*library));
}

Result<Orders> orders_of(const CheckPluginArguments& arguments) {
    const auto seed = parse_count("--seed", arguments.seed, 0);
    const auto limit = parse_time_limit(arguments.time_limit);
    if (!seed || !limit) {
        return seed ? limit.error() : seed.error();
    }
    return Orders{
        .seed = *seed,
        .folder = arguments.folder,
        .time_limit = *limit,
        .report = arguments.report,
        .command = {"check-plugin", arguments.plugin, "--seed", arguments.seed, "--time-limit",
                    arguments.time_limit, "--subject", arguments.subject}};
}

Result<Outcome> carry_out_orders(const CheckPluginArguments& arguments,
                                 const CheckedLibrary& library) {
    const auto place = parse_count("--subject", arguments.subject, 0);
    auto orders = orders_of(arguments);
    if (!place || !orders) {
        return place ? orders.error() : place.error();
    }
    if (*place >= library.subjects.size()) {
        return bad_input(fmt::format("--subject {}: the library has {} components", *place,
                                     library.subjects.size()));
    }
    const Subject& subject = library.subjects[*place];
    Trial trial(std::move(*orders));
    if (!arguments.act.empty()) {
        return outcome_of(carry_out_act(arguments.act, trial, subject), trial);
    }
    const auto tests = tests_of(subject.kind());
    const auto test = std::ranges::find(tests, std::string_view(arguments.test), &Test::name);
    if (test == tests.end()) {
        return bad_input(fmt::format("--test {}: there is no such test", arguments.test));
    }
    Outcome outcome = carry_out(*test, trial, subject);
    trial.doing("the end of the test's process");
    return outcome;
}

Result<int> do_work(const CheckPluginArguments& arguments) {
    // What this process starts has pipes of its own.
    ::fcntl(arguments.report, F_SETFD, FD_CLOEXEC);
    const auto library = open_for(arguments);
    if (!library) {
        return library.error();
    }
    if (!*library) {
        return 0;
    }
    if (arguments.act == kListAct) {
        tell(arguments.report, facts_message(facts_of(**library)));
        return 0;
    }
    const auto outcome = carry_out_orders(arguments, **library);
    if (!outcome) {
        return outcome.error();
    }
    tell(arguments.report, outcome_message(*outcome));
    return 0;
}

}  // namespace

Result<int> work_for_check_plugin(const CheckPluginArguments& arguments) {
    auto done = do_work(arguments);
    if (!done) {  // the user's words, which the first process repeats
        report_error(arguments.report, done.error());
    }
    return done;
}

}  // namespace commitbench::cli
