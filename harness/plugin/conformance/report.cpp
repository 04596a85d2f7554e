// SPDX-License-Identifier: Apache-2.0
#include "harness/plugin/conformance/report.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace commitbench::conformance {
namespace {

using Json = nlohmann::ordered_json;

/// Plug-ins' words may hold anything.
std::string dump(const Json& json, int indent) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

Json json_of(const std::vector<ComponentFacts>& components) {
    Json list = Json::array();
    for (const ComponentFacts& component : components) {
        list.push_back(
            {{"kind", component.kind}, {"name", component.name}, {"spec", component.spec}});
    }
    return list;
}

/// As a shell takes it.
std::string quoted(const std::string& word) {
    const bool plain = std::ranges::all_of(word, [](char c) {
        return std::string_view("/.:=,_-+%@").find(c) != std::string_view::npos ||
               (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
    if (plain && !word.empty()) {
        return word;
    }
    std::string text = "'";
    for (const char c : word) {
        text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return text + "'";
}

}  // namespace

std::size_t CheckReport::count(TestResult result) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        tests, [result](const CheckedTest& test) { return test.outcome.result == result; }));
}

std::string test_line(const CheckedTest& test) {
    constexpr std::string_view kWords[] = {"ok", "FAILED", "skipped"};
    const std::string_view word = kWords[static_cast<std::size_t>(test.outcome.result)];
    return test.outcome.why.empty()
               ? fmt::format("  {:<8} {}", word, test.name)
               : fmt::format("  {:<8} {:<26} {}", word, test.name, test.outcome.why);
}

std::string heading(const CheckReport& report) {
    return fmt::format("plug-in {} {} ({}), seed {}", report.opened.name, report.opened.version,
                       report.plugin, report.seed);
}

std::string summary(const CheckReport& report) {
    double seconds = 0;
    for (const CheckedTest& test : report.tests) {
        seconds += test.seconds;
    }
    const std::size_t failed = report.count(TestResult::failed);
    std::string text = fmt::format("{} passed, {} failed, {} skipped in {:.1f} s, seed {}\n",
                                   report.count(TestResult::ok), failed,
                                   report.count(TestResult::skipped), seconds, report.seed);
    if (failed == 0) {
        return text;
    }
    std::string again = fmt::format("again: commitbench check-plugin {} --seed {} --time-limit {}",
                                    quoted(report.plugin), report.seed, report.time_limit_seconds);
    for (const CheckedTest& test : report.tests) {
        if (test.outcome.result == TestResult::failed) {
            text += fmt::format("demanded, and not met: {} {}: {}\n", test.component, test.name,
                                test.demand);
            if (!test.component.empty()) {
                again += fmt::format(" --only {}/{}", test.component, test.name);
            }
        }
    }
    return text + again + '\n';
}

std::string to_json(const CheckReport& report) {
    Json tests = Json::array();
    for (const CheckedTest& test : report.tests) {
        tests.push_back({{"kind", test.kind},
                         {"component", test.component},
                         {"test", test.name},
                         {"demand", test.demand},
                         {"result", result_name(test.outcome.result)},
                         {"why", test.outcome.why},
                         {"seconds", test.seconds}});
    }
    const Json json{{"plugin", report.plugin},
                    {"name", report.opened.name},
                    {"version", report.opened.version},
                    {"components", json_of(report.opened.components)},
                    {"seed", report.seed},
                    {"time_limit_seconds", report.time_limit_seconds},
                    {"passed", report.count(TestResult::ok)},
                    {"failed", report.count(TestResult::failed)},
                    {"skipped", report.count(TestResult::skipped)},
                    {"tests", std::move(tests)}};
    return dump(json, 2) + '\n';
}

std::string facts_message(const LibraryFacts& facts) {
    return dump({{"library", facts.name},
                 {"version", facts.version},
                 {"components", json_of(facts.components)}},
                -1) +
           '\n';
}

std::optional<LibraryFacts> read_facts(std::string_view text) {
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        const auto json = nlohmann::json::parse(text.substr(0, end), nullptr, false);
        text.remove_prefix(end + 1);
        if (!json.is_object() || !json.contains("library")) {
            continue;
        }
        LibraryFacts facts{
            json["library"].get<std::string>(), json["version"].get<std::string>(), {}};
        for (const auto& component : json["components"]) {
            facts.components.push_back({component["kind"].get<std::string>(),
                                        component["name"].get<std::string>(),
                                        component["spec"].get<std::string>()});
        }
        return facts;
    }
    return std::nullopt;
}

Result<FailedBefore> read_failed(std::string_view text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    const bool good = json.is_object() && json.contains("seed") &&
                      json["seed"].is_number_unsigned() && json.contains("tests") &&
                      json["tests"].is_array();
    const Error none = bad_input("is no output of check-plugin --json: name a file that has one");
    if (!good) {
        return none;
    }
    FailedBefore failed{json["seed"].get<std::uint64_t>(), {}};
    for (const auto& test : json["tests"]) {
        for (const char* field : {"component", "test", "result"}) {
            if (!test.is_object() || !test.contains(field) || !test[field].is_string()) {
                return none;
            }
        }
        if (test["result"] == result_name(TestResult::failed)) {
            failed.tests.emplace_back(test["component"].get<std::string>(),
                                      test["test"].get<std::string>());
        }
    }
    return failed;
}

}  // namespace commitbench::conformance
