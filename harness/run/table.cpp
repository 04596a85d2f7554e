// SPDX-License-Identifier: Apache-2.0
#include "harness/run/table.hpp"

#include "harness/core/options.hpp"
#include "harness/run/limiter.hpp"
#include "harness/run/number_text.hpp"
#include "harness/run/result_line.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <iterator>

namespace commitbench {
namespace {

constexpr std::size_t kBarCells = 24;
constexpr std::size_t kNameColumn = 26;

std::string show_time(std::uint64_t ns) {
    return show_ns(static_cast<double>(ns));
}

std::string bar(double share, TableStyle style) {
    if (!style.unicode) {
        const auto cells =
            static_cast<std::size_t>(std::lround(share * static_cast<double>(kBarCells)));
        return std::string(cells, '#');
    }
    constexpr std::array<std::string_view, 8> kEighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const auto eighths =
        static_cast<std::size_t>(std::lround(share * static_cast<double>(kBarCells * 8)));
    std::string text;
    for (std::size_t i = 0; i < eighths / 8; ++i) {
        text += "█";
    }
    return text + std::string(kEighths[eighths % 8]);
}

/// A line without its trailing blanks.
void add_line(std::string& out, std::string line) {
    line.resize(line.find_last_not_of(' ') + 1);
    out += line + "\n";
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

template<class Get>
void add_span(std::string& out,
              std::string_view name,
              const RunRecord& record,
              TableStyle style,
              Get get) {
    const BlockSpans totals = record.totals();
    std::vector<double> each;
    for (const BlockRecord& block : record.blocks) {
        each.push_back(static_cast<double>(get(block.spans)));
    }
    const double share = static_cast<double>(get(totals)) /
                         static_cast<double>(std::max<std::uint64_t>(totals.total_ns, 1));
    add_line(out,
             fmt::format("  {:<10} {:>10} {:>7.1f} %  {:>12}   {}", name, show_time(get(totals)),
                         share * 100, show_ns(median(each)), bar(share, style)));
}

void add_spans(std::string& out, const RunRecord& record, TableStyle style) {
    add_line(out, fmt::format("  {:<10} {:>10} {:>9}  {:>12}", "span", "total", "share",
                              "median block"));
    for (std::size_t i = 0; i < kPhases; ++i) {
        add_span(out, kPhaseNames[i], record, style,
                 [i](const BlockSpans& spans) { return spans.wall_ns[i]; });
    }
    add_span(out, "other", record, style, [](const BlockSpans& spans) { return spans.other_ns(); });
    add_span(out, "total", record, {.unicode = style.unicode},
             [](const BlockSpans& spans) { return spans.total_ns; });
}

void add_counter(std::string& out,
                 const RunRecord& record,
                 std::string_view name,
                 std::int64_t value) {
    const auto number = static_cast<double>(value);
    const auto blocks = static_cast<double>(record.blocks.size());
    const auto transactions =
        static_cast<double>(std::max<std::uint64_t>(record.transactions(), 1));
    add_line(out, fmt::format("  {:<{}} {:>16} {:>14} {:>16}", name, kNameColumn, grouped(value),
                              show_rate(number / blocks), show_rate(number / transactions)));
}

void add_counters(std::string& out, const RunRecord& record) {
    add_line(out, fmt::format("  {:<{}} {:>16} {:>14} {:>16}", "counter", kNameColumn, "total",
                              "per block", "per transaction"));
    for (const auto& [name, value] : record.counters) {
        if (value != 0) {
            add_counter(out, record, name, value);
        }
    }
    const ProcessCounters& before = record.process_before;
    const ProcessCounters& after = record.process_after;
    const auto add = [&](std::string_view name, std::optional<std::uint64_t> from,
                         std::optional<std::uint64_t> to) {
        if (from && to) {
            add_counter(out, record, name, static_cast<std::int64_t>(*to - *from));
        }
    };
    add("device_read_bytes", before.device_read_bytes, after.device_read_bytes);
    add("device_write_bytes", before.device_write_bytes, after.device_write_bytes);
    add("user_cpu_ns", before.user_cpu_ns, after.user_cpu_ns);
    add("system_cpu_ns", before.system_cpu_ns, after.system_cpu_ns);
}

void add_hashing(std::string& out, const RunRecord& record) {
    const auto floor = record.hash_floor_ns();
    if (!floor) {
        return;
    }
    const auto over_floor = record.over_floor();
    add_line(out, fmt::format(
                      "  hash floor  {} permutations x {:.1f} ns = {}; merkleize is {:.2f} x "
                      "that, stage + merkleize + persist {:.2f} x",
                      grouped(*record.counter("hash_permutations")), *record.hash_permutation_ns(),
                      show_ns(*floor), over_floor->merkleize, over_floor->commit));
}

void add_steady_state(std::string& out, const RunRecord& record) {
    const SteadyState state = record.steady_state();
    if (!state.known) {
        add_line(out, fmt::format("  steady      unknown: fewer than {} measured blocks",
                                  kSteadyMinimumBlocks));
        return;
    }
    add_line(out,
             fmt::format("  steady      {}: slope {:+.1f} % over the window, second half {:+.1f} "
                         "% against the first (limit {:.0f} %)",
                         state.steady ? "yes" : "NO", state.slope_percent, state.halves_percent,
                         kSteadyLimitPercent));
}

void add_parallelism(std::string& out, const RunRecord& record) {
    const auto found = record.parallelism();
    if (!found) {
        return;
    }
    const auto transactions = static_cast<double>(std::max<std::uint64_t>(found->transactions, 1));
    add_line(out, fmt::format("  parallelism {:.1f} transactions at a time at most: the longest "
                              "chains of a block have {} of them on average; {:.2f} conflict "
                              "edges a transaction",
                              found->available(),
                              show_rate(static_cast<double>(found->longest_chain) /
                                        static_cast<double>(record.blocks.size())),
                              static_cast<double>(found->edges) / transactions));
}

std::string show_bytes(const std::optional<std::uint64_t>& bytes) {
    return bytes ? fmt::format("{:.1f} MiB", static_cast<double>(*bytes) / (1 << 20)) : "unknown";
}

void add_head(std::string& out, const RunRecord& record) {
    add_line(out, fmt::format("  executor    {}", record.executor.spec));
    add_line(out, fmt::format("  backend     {}", record.backend.spec));
    add_line(out, fmt::format("  workload    {}, seed {}", record.workload.spec, record.seed));
    add_line(out,
             fmt::format(
                 "  knobs       durability={}, memory budget {}, {} worker{}, cache {}, {} warm-up "
                 "and {} measured blocks",
                 record.durability, format_size(record.memory_budget), record.workers,
                 record.workers == 1 ? "" : "s", record.cache_state, record.warmup_blocks,
                 record.blocks.size()));
    if (record.execute_times > 1 || record.commit_times > 1) {
        add_line(out, fmt::format("  repeated    every block executed {} x and committed to {} x; "
                                  "its transactions count once",
                                  record.execute_times, record.commit_times));
    }
    if (record.workers > 1) {
        add_line(out, fmt::format("  workers     {}", record.placement.text()));
    }
    if (!record.load.restored.empty()) {
        add_line(out, fmt::format("  load        {} keys, restored by {} in {:.2f} s",
                                  grouped(static_cast<std::int64_t>(record.load.keys)),
                                  record.load.restored, record.load.seconds));
    } else {
        add_line(out, fmt::format("  load        {} keys in {:.2f} s ({} keys/s), peak memory {}",
                                  grouped(static_cast<std::int64_t>(record.load.keys)),
                                  record.load.seconds,
                                  show_rate(static_cast<double>(record.load.keys) /
                                            std::max(record.load.seconds, 1e-9)),
                                  show_bytes(record.load.peak_rss_bytes)));
    }
    if (record.database_bytes > 0) {
        add_line(out, fmt::format("  database    {} on disk after the last block",
                                  show_bytes(record.database_bytes)));
    }
}

void add_ledger(std::string& out, const RunRecord& record) {
    const LedgerRecord& ledger = record.ledger;
    if (ledger.verdict == LedgerVerdict::void_run) {
        add_line(out, fmt::format("  ledger      VOID: {}", ledger.reason));
        add_line(out, fmt::format("              (ledger {}; delete it if the workload itself was "
                                  "changed)",
                                  ledger.file));
        return;
    }
    add_line(
        out,
        fmt::format(
            "  ledger      valid: {} blocks agree in values and receipts{}", ledger.blocks_checked,
            ledger.roots_checked ? fmt::format(", and in their {} roots", ledger.scheme)
            : ledger.scheme == "none"
                ? "; this backend has no roots"
                : fmt::format("; no reference tree for {}: roots NOT checked", ledger.scheme)));
}

}  // namespace

std::string render_table(const RunRecord& record, TableStyle style) {
    std::string out;
    add_head(out, record);
    out += "\n";
    if (!record.blocks.empty()) {
        add_line(out, fmt::format(
                          "  throughput  {} transactions/s ({} in {} of block time{})",
                          show_rate(record.transactions_per_second()),
                          grouped(static_cast<std::int64_t>(record.transactions())),
                          show_time(record.totals().total_ns),
                          record.failed() == 0
                              ? ""
                              : fmt::format("; {} refused by their own rules",
                                            grouped(static_cast<std::int64_t>(record.failed())))));
        add_line(out, fmt::format("  block time  median {}, p90 {}, p99 {}, max {}",
                                  show_time(record.block_percentile_ns(50)),
                                  show_time(record.block_percentile_ns(90)),
                                  show_time(record.block_percentile_ns(99)),
                                  show_time(record.block_percentile_ns(100))));
        add_steady_state(out, record);
        add_parallelism(out, record);
        add_line(out, fmt::format(
                          "  memory      peak {} (budget {}); at the end {} of its own and {} "
                          "of mapped files",
                          show_bytes(record.run_peak_rss_bytes), format_size(record.memory_budget),
                          show_bytes(record.process_after.rss_anon_bytes),
                          show_bytes(record.process_after.rss_file_bytes)));
        out += "\n";
        add_spans(out, record, style);
        out += "\n";
        add_counters(out, record);
        out += "\n";
        add_hashing(out, record);
        add_line(out, fmt::format("  limited by  {}", find_limiter(record).sentence));
    }
    add_ledger(out, record);
    if (style.meanings) {
        out += "\n" + render_meanings();
    }
    return out;
}

std::string render_meanings() {
    std::string out;
    constexpr std::array<std::string_view, 6> kShown{"execute", "stage", "merkleize",
                                                     "persist", "other", "total"};
    for (const MetricExplanation& metric : metric_explanations()) {
        if (std::ranges::find(kShown, metric.name) != kShown.end()) {
            add_line(out, fmt::format("  {:<10} {}", metric.name, metric.meaning));
        }
    }
    return out;
}

}  // namespace commitbench
