// SPDX-License-Identifier: Apache-2.0
#include "harness/run/result_line.hpp"

#include "harness/run/durable_file.hpp"
#include "harness/run/facts_json.hpp"
#include "harness/run/limiter.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

namespace commitbench {
namespace {

using Json = nlohmann::ordered_json;

double ms(std::uint64_t ns) {
    return static_cast<double>(ns) / 1e6;
}

Json component_of(const ComponentRecord& component) {
    Json options = Json::object();
    for (const auto& [key, value] : component.options) {
        options[key] = value;
    }
    Json facts = Json::object();
    for (const Fact& fact : component.facts) {
        facts[fact.name] = {{"value", fact.value}, {"why", fact.why}};
    }
    return {{"name", component.name},
            {"spec", component.spec},
            {"options", std::move(options)},
            {"facts", std::move(facts)}};
}

/// Both sets of names: ours, and those that clients print for slow blocks.
void add_spans(Json& json, const BlockSpans& spans) {
    for (std::size_t i = 0; i < kPhases; ++i) {
        json[std::string(kPhaseNames[i]) + "_ns"] = spans.wall_ns[i];
    }
    json["other_ns"] = spans.other_ns();
    json["total_ns"] = spans.total_ns;
    for (std::size_t i = 0; i < kPhases; ++i) {
        json[std::string(kPhaseNames[i]) + "_cpu_ns"] = spans.cpu_ns[i];
    }
    json["execution_ms"] = ms(spans.wall(Phase::execute));
    json["state_read_ms"] = ms(spans.wall(Phase::stage));
    json["state_hash_ms"] = ms(spans.wall(Phase::merkleize));
    json["commit_ms"] = ms(spans.wall(Phase::persist));
    json["total_ms"] = ms(spans.total_ns);
}

Json parallelism_of(const ParallelismRecord& record) {
    return {{"edges", record.edges},
            {"longest_chain", record.longest_chain},
            {"available", record.available()}};
}

Json block_of(const BlockRecord& block) {
    Json json{{"number", block.number},
              {"transactions", block.transactions},
              {"failed", block.failed},
              {"changes", block.changes},
              {"root", block.root}};
    if (block.parallelism) {
        json["parallelism"] = parallelism_of(*block.parallelism);
    }
    add_spans(json, block.spans);
    Json& counters = json["counters"] = Json::object();
    for (const auto& [name, value] : block.counters) {
        if (value != 0) {  // most counters of most blocks
            counters[name] = value;
        }
    }
    return json;
}

std::optional<std::int64_t> grown(std::optional<std::uint64_t> before,
                                  std::optional<std::uint64_t> after) {
    return before && after ? std::optional(static_cast<std::int64_t>(*after - *before))
                           : std::nullopt;
}

Json counters_of(const RunRecord& record) {
    const ProcessCounters& before = record.process_before;
    const ProcessCounters& after = record.process_after;
    Json json = Json::object();
    for (const auto& [name, value] : record.counters) {
        json[name] = value;
    }
    json["device_read_bytes"] =
        optional_of(grown(before.device_read_bytes, after.device_read_bytes));
    json["device_write_bytes"] =
        optional_of(grown(before.device_write_bytes, after.device_write_bytes));
    json["user_cpu_ns"] = after.user_cpu_ns - before.user_cpu_ns;
    json["system_cpu_ns"] = after.system_cpu_ns - before.system_cpu_ns;
    json["minor_faults"] = after.minor_faults - before.minor_faults;
    json["major_faults"] = after.major_faults - before.major_faults;
    json["voluntary_switches"] = after.voluntary_switches - before.voluntary_switches;
    json["involuntary_switches"] = after.involuntary_switches - before.involuntary_switches;
    json["peak_rss_bytes"] = optional_of(record.run_peak_rss_bytes);
    json["rss_anon_bytes"] = optional_of(after.rss_anon_bytes);
    json["rss_file_bytes"] = optional_of(after.rss_file_bytes);
    return json;
}

Json hashing_of(const RunRecord& record) {
    Json json{{"hash_permutations", optional_of(record.counter("hash_permutations"))},
              {"hash_permutation_ns", optional_of(record.hash_permutation_ns())},
              {"hash_floor_ns", optional_of(record.hash_floor_ns())}};
    if (const auto over_floor = record.over_floor()) {
        json["merkleize_over_floor"] = over_floor->merkleize;
        json["stage_merkleize_over_floor"] = over_floor->stage_merkleize;
        json["commit_over_floor"] = over_floor->commit;
    }
    return json;
}

Json steady_state_of(const RunRecord& record) {
    const SteadyState state = record.steady_state();
    if (!state.known) {
        return {{"known", false}, {"minimum_blocks", kSteadyMinimumBlocks}};
    }
    return {{"known", true},
            {"steady", state.steady},
            {"slope_percent", state.slope_percent},
            {"halves_percent", state.halves_percent},
            {"limit_percent", kSteadyLimitPercent}};
}

Json storage_of(const RunRecord& record) {
    Json json{{"directory", record.directory},
              {"temporary", record.temporary_directory},
              {"database_bytes", record.database_bytes}};
    json.update(facts_json(record.storage));
    return json;
}

Json placement_of(const RunRecord& record) {
    Json seats = Json::array();
    for (const ProcessingUnit& seat : record.placement.seats) {
        seats.push_back({{"core", seat.core}, {"pu", seat.number}});
    }
    return {{"pin", record.pin},
            {"pinned", record.placement.pinned()},
            {"seats", std::move(seats)},
            {"text", record.placement.text()}};
}

Json ledger_of(const LedgerRecord& ledger) {
    return {{"verdict", ledger.verdict == LedgerVerdict::valid ? "valid" : "void"},
            {"file", ledger.file},
            {"scheme", ledger.scheme},
            {"roots_checked", ledger.roots_checked},
            {"blocks_checked", ledger.blocks_checked},
            {"reason", ledger.reason}};
}

Json harness_of(const RunRecord& record) {
    const auto transactions =
        static_cast<double>(std::max<std::uint64_t>(record.transactions(), 1));
    return {{"other_ns_per_transaction",
             static_cast<double>(record.totals().other_ns()) / transactions},
            {"untimed_ns", record.untimed_ns},
            {"clock_read_ns", record.clock_read_ns},
            {"cpu_clock_read_ns", record.cpu_clock_read_ns}};
}

}  // namespace

std::string result_line(const RunRecord& record) {
    Json json;
    json["schema_version"] = kResultSchemaVersion;
    json["started_utc"] = record.started_utc;
    json["command"] = record.command;
    json["executor"] = component_of(record.executor);
    json["backend"] = component_of(record.backend);
    json["workload"] = component_of(record.workload);
    json["reference"] = record.reference.spec;
    json["scheme"] = record.scheme;
    json["seed"] = record.seed;
    json["warmup_blocks"] = record.warmup_blocks;
    json["measured_blocks"] = record.blocks.size();
    json["memory_budget_bytes"] = record.memory_budget;
    json["workers"] = record.workers;
    json["execute_times"] = record.execute_times;
    json["commit_times"] = record.commit_times;
    json["placement"] = placement_of(record);
    json["durability"] = record.durability;
    json["cache_state"] = record.cache_state;
    json["transactions"] = record.transactions();
    json["failed"] = record.failed();
    json["transactions_per_s"] = record.transactions_per_second();
    add_spans(json["totals"], record.totals());
    json["block_ns"] = {{"p50", record.block_percentile_ns(50)},
                        {"p90", record.block_percentile_ns(90)},
                        {"p99", record.block_percentile_ns(99)},
                        {"max", record.block_percentile_ns(100)}};
    const auto parallelism = record.parallelism();
    json["parallelism"] = parallelism ? parallelism_of(*parallelism) : Json();
    json["steady_state"] = steady_state_of(record);
    const Limiter limiter = find_limiter(record);
    json["limiter"] = {{"limit", limit_name(limiter.limit)}, {"sentence", limiter.sentence}};
    json["ledger"] = ledger_of(record.ledger);
    json["counters"] = counters_of(record);
    Json& at_end = json["counters_at_end"] = Json::object();
    for (const auto& [name, value] : record.counters_at_end) {
        at_end[name] = value;
    }
    json["hashing"] = hashing_of(record);
    json["load"] = {
        {"keys", record.load.keys},
        {"passes", record.load.passes},
        {"seconds", record.load.seconds},
        {"restored", record.load.restored.empty() ? Json() : Json(record.load.restored)},
        {"keys_per_s", record.load.seconds > 0 && record.load.restored.empty()
                           ? static_cast<double>(record.load.keys) / record.load.seconds
                           : 0.0},
        {"peak_rss_bytes", optional_of(record.load.peak_rss_bytes)},
        {"rss_file_bytes", optional_of(record.load.rss_file_bytes)}};
    json["harness"] = harness_of(record);
    json["machine"] = facts_json(record.machine);
    json["storage"] = storage_of(record);
    json["build"] = facts_json(build_facts());
    Json& blocks = json["blocks"] = Json::array();
    for (const BlockRecord& block : record.blocks) {
        blocks.push_back(block_of(block));
    }
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Status prepare_results(const std::filesystem::path& folder) {
    COMMITBENCH_TRY(make_folder(folder));
    return append_durably(folder / kResultFile, "");
}

Status append_result(const std::filesystem::path& folder, const std::string& line) {
    return append_durably(folder / kResultFile, line + "\n");
}

}  // namespace commitbench
