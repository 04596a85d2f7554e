// SPDX-License-Identifier: Apache-2.0
#include "harness/sweep/manifest.hpp"

#include "harness/run/durable_file.hpp"
#include "harness/run/facts_json.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace commitbench::sweep {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kIndent = 1;

std::string text_of(const Json& json) {
    return json.dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json session_json(const Session& session) {
    Json doctor = Json::array();
    for (const DoctorCheck& check : session.doctor) {
        doctor.push_back({{"name", check.name},
                          {"state", check_state_name(check.state)},
                          {"found", check.found},
                          {"why", check.why},
                          {"command", check.command}});
    }
    return {{"started_utc", session.started_utc},
            {"shard", session.shard.text()},
            {"command", session.command},
            {"machine", facts_json(session.machine)},
            {"storage", facts_json(session.storage)},
            {"build", facts_json(build_facts())},
            {"doctor", std::move(doctor)}};
}

Json cells_json(const ManifestContents& contents) {
    Json cells = Json::array();
    for (std::size_t i = 0; i < contents.cells->size(); ++i) {
        const SweepCell& cell = (*contents.cells)[i];
        Json axes = Json::object();
        for (const auto& [name, value] : cell.axes) {
            axes[name] = value;
        }
        Json json{{"cell", cell.id}, {"role", role_name(cell.role)}};
        if (!cell.twin_of.empty()) {
            json["twin_of"] = cell.twin_of;
        }
        json["axes"] = std::move(axes);
        json["command"] = contents.commands[i];
        cells.push_back(std::move(json));
    }
    return cells;
}

}  // namespace

Result<std::optional<ManifestSummary>> read_manifest(const std::filesystem::path& folder) {
    const std::filesystem::path file = folder / kManifestFile;
    auto text = read_file(file);
    if (!text) {
        return text.error();
    }
    if (!*text) {
        return std::optional<ManifestSummary>();
    }
    try {
        const Json json = Json::parse(**text);
        const Json& last = json.at("sessions").back();
        return std::optional<ManifestSummary>(
            {.plan_name = json.at("plan").at("name").get<std::string>(),
             .plan_hash = json.at("plan_hash").get<std::string>(),
             .git_revision = last.at("build").at("git_revision").get<std::string>(),
             .shard = last.at("shard").get<std::string>(),
             .text = std::move(**text)});
    } catch (const Json::exception& error) {
        return Error{ErrorCode::corrupt,
                     fmt::format("{} is no manifest of a sweep ({}): move it away, and the sweep "
                                 "writes it anew",
                                 file.native(), error.what())};
    }
}

Status write_manifest(const std::filesystem::path& folder,
                      const ManifestContents& contents,
                      const std::optional<ManifestSummary>& before) {
    Json sessions = before ? Json::parse(before->text).at("sessions") : Json::array();
    sessions.push_back(session_json(contents.session));
    const Plan& plan = *contents.plan;
    const Json json{{"schema_version", kManifestSchemaVersion},
                    {"plan",
                     {{"name", plan.name},
                      {"description", plan.description},
                      {"file", plan.file},
                      {"text", plan.text}}},
                    {"plan_hash", contents.plan_hash},
                    {"seed", plan.seed},
                    {"order", order_name(plan.order)},
                    {"repetitions", contents.repetitions},
                    {"time_limit_s", plan.time_limit.count()},
                    {"until_ci_percent", optional_of(contents.until_ci_percent)},
                    {"max_repetitions", optional_of(contents.max_repetitions)},
                    {"cells", cells_json(contents)},
                    {"sessions", std::move(sessions)}};
    return replace_file(folder / kManifestFile, text_of(json));
}

std::string merged_manifest(const std::vector<ManifestSummary>& shards,
                            const std::vector<std::filesystem::path>& folders) {
    Json merged = Json::parse(shards.front().text);
    Json sessions = Json::array();
    Json from = Json::array();
    for (std::size_t i = 0; i < shards.size(); ++i) {
        const Json shard = Json::parse(shards[i].text);
        for (const Json& session : shard.at("sessions")) {
            sessions.push_back(session);
        }
        merged["repetitions"] = std::max(merged.at("repetitions").get<std::uint64_t>(),
                                         shard.at("repetitions").get<std::uint64_t>());
        from.push_back(folders[i].native());
    }
    merged["sessions"] = std::move(sessions);
    merged["merged_from"] = std::move(from);
    return text_of(merged);
}

}  // namespace commitbench::sweep
