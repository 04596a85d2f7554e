// SPDX-License-Identifier: Apache-2.0
// `commitbench check-plugin`: starts a process a test, and says what came of each.
#include "harness/cli/cell_process.hpp"
#include "harness/cli/check_plugin_arguments.hpp"
#include "harness/cli/component_choice.hpp"
#include "harness/cli/interrupt.hpp"
#include "harness/cli/run_arguments.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/plugin/conformance/judge.hpp"
#include "harness/plugin/conformance/report.hpp"
#include "harness/plugin/conformance/test.hpp"
#include "harness/plugin/elf_check.hpp"
#include "harness/run/data_folder.hpp"
#include "harness/run/error_name.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fstream>
#include <sstream>

namespace commitbench::cli {
namespace {

using namespace conformance;

constexpr int kFailedExit = 1;

/// A test to be run.
struct Planned {
    std::size_t subject;  ///< place in LibraryFacts::components
    const Test* test;
};

/// What the user asked for, checked as far as the library need not be opened for it.
struct Request {
    CheckPluginArguments words;
    std::uint64_t seed = 1;
    std::chrono::seconds time_limit{60};
    std::optional<FailedBefore> failed_before;
};

Result<FailedBefore> read_failed_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (!file || !(text << file.rdbuf())) {
        return bad_input(fmt::format(
            "--failed-of {}: cannot be read: name a file with the output of check-plugin --json",
            path));
    }
    auto failed = read_failed(text.str());
    if (!failed) {
        return bad_input(fmt::format("--failed-of {}: {}", path, failed.error().message));
    }
    return failed;
}

Result<Request> check_request(const CheckPluginArguments& arguments) {
    Request request{.words = arguments, .failed_before = std::nullopt};
    const auto spec = parse_spec(arguments.plugin);
    if (!spec) {
        return bad_input(
            fmt::format("check-plugin '{}': {}", arguments.plugin, spec.error().message));
    }
    if (is_library_path(spec->name)) {
        COMMITBENCH_TRY(plugin::check_is_library(spec->name));
    }
    if (!arguments.failed_of.empty()) {
        auto failed = read_failed_file(arguments.failed_of);
        if (!failed) {
            return failed.error();
        }
        request.failed_before = std::move(*failed);
    }
    if (!arguments.seed.empty()) {
        const auto seed = parse_count("--seed", arguments.seed, 0);
        if (!seed) {
            return seed.error();
        }
        request.seed = *seed;
    } else if (request.failed_before) {
        request.seed = request.failed_before->seed;
    }
    const auto limit = parse_time_limit(arguments.time_limit);
    if (!limit) {
        return limit.error();
    }
    request.time_limit = *limit;
    return request;
}

/// The words for every process of this request.
std::vector<std::string> words_of(const Request& request) {
    return {"check-plugin", request.words.plugin,
            "--seed",       std::to_string(request.seed),
            "--time-limit", std::to_string(request.time_limit.count())};
}

Supervision supervision_of(const Request& request) {
    return {.kept = KeptOutput::everything,
            .on_interrupt = OnInterrupt::kill,
            .time_limit = request.time_limit,
            .interrupt = &interrupt_flag()};
}

Error interrupted() {
    return {ErrorCode::interrupted,
            "interrupted: the tests that were not run yet are not in any result"};
}

/// Opens the library in a process, which may crash. False: it could not be opened, and `report` has
/// a test that says so.
Result<bool> take_facts(const Request& request, CheckReport& report) {
    auto words = words_of(request);
    words.insert(words.end(), {"--act", kListAct});
    const auto process = supervise(words, supervision_of(request));
    if (!process) {
        return process.error();
    }
    if (process->interrupted) {
        return interrupted();
    }
    if (const auto refused = reported_error(process->text)) {
        return Error{error_code_of(refused->first).value_or(ErrorCode::bad_input), refused->second};
    }
    auto facts = read_facts(process->text);
    if (facts && process->end.exit_code == 0 && !process->timed_out) {
        report.opened = std::move(*facts);
        return true;
    }
    CheckedTest failed{.component = "",
                       .kind = "",
                       .name = "descriptor",
                       .demand = "The library can be opened, and its tables are as plugin.h says.",
                       .outcome = judge(*process, request.time_limit),
                       .seconds = process->seconds};
    if (failed.outcome.result != TestResult::failed) {
        failed.outcome = {TestResult::failed, "the library cannot be opened twice alike"};
    }
    report.opened = {request.words.plugin, "(not opened)", {}};
    report.tests.push_back(std::move(failed));
    return false;
}

std::optional<Kind> kind_of(std::string_view name) {
    for (const Kind kind : {Kind::backend, Kind::executor, Kind::workload}) {
        if (kind_name(kind) == name) {
            return kind;
        }
    }
    return std::nullopt;
}

/// "reopen" and "my-backend/reopen" are names of a test.
bool is_called(std::string_view component, std::string_view test, std::string_view word) {
    return word == test || word == fmt::format("{}/{}", component, test);
}

Result<std::vector<Planned>> plan(const Request& request,
                                  const conformance::LibraryFacts& library) {
    std::vector<Planned> all;
    for (std::size_t subject = 0; subject < library.components.size(); ++subject) {
        const auto kind = kind_of(library.components[subject].kind);
        if (!kind) {
            return Error{ErrorCode::corrupt, fmt::format("'{}' is no kind of component",
                                                         library.components[subject].kind)};
        }
        for (const Test& test : tests_of(*kind)) {
            all.push_back({subject, &test});
        }
    }
    const auto name_of = [&library](const Planned& one) -> std::string_view {
        return library.components[one.subject].name;
    };
    const std::vector<std::string>& only = request.words.only;
    for (const std::string& word : only) {
        if (std::ranges::none_of(all, [&](const Planned& one) {
                return is_called(name_of(one), one.test->name, word);
            })) {
            std::vector<std::string_view> names;
            for (const Planned& one : all) {
                names.push_back(one.test->name);
            }
            const std::string_view close = nearest(word, names);
            return bad_input(fmt::format("--only {}: there is no such test: {}", word,
                                         close.empty()
                                             ? fmt::format("choose from {}", fmt::join(names, ", "))
                                             : fmt::format("did you mean '{}'?", close)));
        }
    }
    std::erase_if(all, [&](const Planned& one) {
        const bool asked = only.empty() || std::ranges::any_of(only, [&](const std::string& word) {
                               return is_called(name_of(one), one.test->name, word);
                           });
        const bool failed =
            !request.failed_before ||
            std::ranges::any_of(request.failed_before->tests, [&](const auto& before) {
                return before.first == name_of(one) && before.second == one.test->name;
            });
        return !asked || !failed;
    });
    return all;
}

Result<CheckedTest> run_test(const Request& request,
                             const conformance::LibraryFacts& library,
                             const Planned& planned) {
    const auto folder = DataFolder::temporary();
    if (!folder) {
        return folder.error();
    }
    auto words = words_of(request);
    words.insert(words.end(),
                 {"--subject", std::to_string(planned.subject), "--test",
                  std::string(planned.test->name), "--folder", folder->path().string()});
    const auto process = supervise(words, supervision_of(request));
    if (!process) {
        return process.error();
    }
    if (process->interrupted) {
        return interrupted();
    }
    const ComponentFacts& component = library.components[planned.subject];
    return CheckedTest{.component = component.name,
                       .kind = component.kind,
                       .name = std::string(planned.test->name),
                       .demand = std::string(planned.test->demand),
                       .outcome = judge(*process, request.time_limit),
                       .seconds = process->seconds};
}

void print_test(const CheckedTest& test) {
    constexpr std::array kTints{Tint::green, Tint::red, Tint::yellow};
    const std::string line = test_line(test);
    // The word is tinted and the padding after it is not.
    const std::size_t begin = line.find_first_not_of(' ');
    const std::size_t end = line.find(' ', begin);
    fmt::print("{}{}{}\n", line.substr(0, begin),
               tinted(line.substr(begin, end - begin),
                      kTints[static_cast<std::size_t>(test.outcome.result)], stdout),
               line.substr(end));
    std::fflush(stdout);
}

}  // namespace

Result<int> check_plugin(const CheckPluginArguments& arguments) {
    if (arguments.report >= 0) {
        return work_for_check_plugin(arguments);
    }
    const auto request = check_request(arguments);
    if (!request) {
        return request.error();
    }
    const bool text = !arguments.json;
    CheckReport report{
        .plugin = arguments.plugin,
        .seed = request->seed,
        .time_limit_seconds = static_cast<std::uint64_t>(request->time_limit.count()),
        .opened = {},
        .tests = {}};
    const auto opened = take_facts(*request, report);
    if (!opened) {
        return opened.error();
    }
    const auto planned = plan(*request, report.opened);
    if (!planned && *opened) {
        return planned.error();
    }
    if (text) {
        fmt::print("{}\n", heading(report));
        std::ranges::for_each(report.tests, print_test);
    }
    const auto progress = make_text_progress(stderr);
    ProgressSink& sink =
        text ? silent_progress() : *progress;  // else each test's line is the progress
    const std::size_t count = *opened ? planned->size() : 0;
    sink.begin("checking", "tests", count);
    std::optional<std::size_t> heading_of;
    for (std::size_t i = 0; i < count; ++i) {
        const Planned& one = (*planned)[i];
        if (text && heading_of != one.subject) {
            heading_of = one.subject;
            const ComponentFacts& component = report.opened.components[one.subject];
            fmt::print("{} {}\n", component.kind, component.spec);
        }
        auto test = run_test(*request, report.opened, one);
        if (!test) {
            return test.error();
        }
        if (text) {
            print_test(*test);
        }
        report.tests.push_back(std::move(*test));
        sink.update(i + 1);
    }
    sink.end(count);
    fmt::print("{}", text ? summary(report) : to_json(report));
    return report.count(TestResult::failed) == 0 ? 0 : kFailedExit;
}

}  // namespace commitbench::cli
