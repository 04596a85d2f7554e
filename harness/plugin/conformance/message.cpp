// SPDX-License-Identifier: Apache-2.0
#include "harness/plugin/conformance/message.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace commitbench::conformance {
namespace {

constexpr std::array<std::string_view, 3> kResults{"ok", "failed", "skipped"};

/// Plug-ins' words may hold anything.
std::string line_of(const nlohmann::json& json) {
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

}  // namespace

std::string_view result_name(TestResult result) noexcept {
    return kResults[static_cast<std::size_t>(result)];
}

std::string step_message(std::string_view what) {
    return line_of({{"step", what}});
}

std::string outcome_message(const Outcome& outcome) {
    return line_of({{"result", static_cast<unsigned>(outcome.result)}, {"why", outcome.why}});
}

Told read_messages(std::string_view text) {
    Told told;
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        const auto json = nlohmann::json::parse(text.substr(0, end), nullptr, false);
        text.remove_prefix(end + 1);
        if (!json.is_object()) {
            continue;
        }
        if (json.contains("step")) {
            told.last_step = json["step"].get<std::string>();
        } else if (json.contains("result")) {
            const auto result = json["result"].get<unsigned>();
            if (result < kResults.size()) {
                told.outcome =
                    Outcome{static_cast<TestResult>(result), json["why"].get<std::string>()};
            }
        }
    }
    return told;
}

}  // namespace commitbench::conformance
