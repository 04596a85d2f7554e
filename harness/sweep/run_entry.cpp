// SPDX-License-Identifier: Apache-2.0
#include "harness/sweep/run_entry.hpp"

#include "harness/run/result_line.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace commitbench::sweep {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 3> kStatuses{"ok", "void", "failed"};

std::optional<RunStatus> parse_status(std::string_view text) {
    for (const RunStatus status : {RunStatus::ok, RunStatus::void_run, RunStatus::failed}) {
        if (text == status_name(status)) {
            return status;
        }
    }
    return std::nullopt;
}

/// The line without what is large and not asked for here; discarded where it is no JSON.
Json parse_without_blocks(std::string_view line) {
    const auto keep = [](int depth, Json::parse_event_t event, Json& parsed) {
        return depth != 1 || event != Json::parse_event_t::key || parsed != "blocks";
    };
    return Json::parse(line, keep, false);
}

}  // namespace

std::string_view status_name(RunStatus status) noexcept {
    return kStatuses[static_cast<std::size_t>(status)];
}

std::string sweep_line(std::string_view result_line,
                       const std::vector<std::string>& command,
                       const RunEntry& entry,
                       std::string_view plan_name,
                       const SweepCell& cell) {
    Json axes = Json::object();
    for (const auto& [name, value] : cell.axes) {
        axes[name] = value;
    }
    const Json sweep{{"plan", plan_name},
                     {"plan_hash", entry.plan_hash},
                     {"cell", entry.cell},
                     {"axes", std::move(axes)},
                     {"role", role_name(cell.role)},
                     {"repetition", entry.repetition},
                     {"position", entry.position},
                     {"attempt", entry.attempt},
                     {"shard", entry.shard},
                     {"status", status_name(entry.status)},
                     {"exit_code", entry.exit_code},
                     {"error", entry.error},
                     {"reason", entry.reason},
                     {"started_utc", entry.started_utc},
                     {"seconds", entry.seconds}};
    std::string line(result_line);
    if (line.empty()) {
        line = Json{{"schema_version", kResultSchemaVersion}, {"command", command}}.dump(
            -1, ' ', false, Json::error_handler_t::replace);
    }
    line.pop_back();  // its closing brace
    line += ",\"sweep\":" + sweep.dump(-1, ' ', false, Json::error_handler_t::replace) + "}";
    return line;
}

std::optional<RunEntry> parse_sweep_line(std::string_view line) {
    try {
        const Json json = parse_without_blocks(line);
        if (!json.is_object()) {
            return std::nullopt;
        }
        const Json& sweep = json.at("sweep");
        const auto status = parse_status(sweep.at("status").get<std::string>());
        if (!status) {
            return std::nullopt;
        }
        return RunEntry{.plan_hash = sweep.at("plan_hash").get<std::string>(),
                        .cell = sweep.at("cell").get<std::string>(),
                        .repetition = sweep.at("repetition").get<std::uint64_t>(),
                        .position = sweep.at("position").get<std::uint64_t>(),
                        .attempt = sweep.at("attempt").get<std::uint64_t>(),
                        .shard = sweep.at("shard").get<std::string>(),
                        .status = *status,
                        .exit_code = sweep.at("exit_code").get<int>(),
                        .error = sweep.at("error").get<std::string>(),
                        .reason = sweep.at("reason").get<std::string>(),
                        .started_utc = sweep.at("started_utc").get<std::string>(),
                        .seconds = sweep.at("seconds").get<double>()};
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

Figures figures_of(std::string_view result_line) {
    try {
        const Json json = parse_without_blocks(result_line);
        return {.transactions_per_second = json.at("transactions_per_s").get<double>(),
                .void_reason = json.at("ledger").at("reason").get<std::string>()};
    } catch (const Json::exception&) {
        return {};
    }
}

}  // namespace commitbench::sweep
