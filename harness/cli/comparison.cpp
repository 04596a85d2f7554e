// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/comparison.hpp"

#include "harness/measure/span.hpp"
#include "harness/run/number_text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace commitbench::cli {
namespace {

constexpr std::string_view kMeaning =
    "Shares are of the wall time of all measured blocks. spans/wall: execute + stage + merkleize + "
    "persist against it;\n"
    "what is missing to 100 % is `other`. checked: what the ledger found (values and receipts of "
    "every block, and its root\n"
    "where the backend has one).\n";

std::vector<std::string> header() {
    std::vector<std::string> columns{"backend", "transactions/s", "median block"};
    columns.insert(columns.end(), kPhaseNames.begin(), kPhaseNames.end());
    columns.insert(columns.end(), {"other", "spans/wall", "checked"});
    return columns;
}

std::vector<std::string> columns_of(std::string_view backend, const nlohmann::json& result) {
    const nlohmann::json& totals = result.at("totals");
    const auto wall = std::max(totals.at("total_ns").get<double>(), 1.0);
    std::vector<std::string> columns{
        std::string(backend),
        show_rate(result.at("transactions_per_s").get<double>()),
        show_ns(result.at("block_ns").at("p50").get<double>()),
    };
    double spans = 0;
    for (const std::string_view phase : kPhaseNames) {
        const auto ns = totals.at(fmt::format("{}_ns", phase)).get<double>();
        spans += ns;
        columns.push_back(fmt::format("{:.1f} %", 100 * ns / wall));
    }
    columns.push_back(fmt::format("{:.2f} %", 100 * totals.at("other_ns").get<double>() / wall));
    columns.push_back(fmt::format("{:.2f} %", 100 * spans / wall));
    const nlohmann::json& ledger = result.at("ledger");
    columns.push_back(ledger.at("verdict") != "valid"          ? "VOID"
                      : ledger.at("roots_checked").get<bool>() ? "values, roots"
                                                               : "values");
    return columns;
}

}  // namespace

void Comparison::add(std::string_view backend, int exit_code, std::string_view result_line) {
    const auto result = nlohmann::json::parse(result_line, nullptr, false);
    if (result_line.empty() || result.is_discarded()) {
        rows_.push_back({std::string(backend), fmt::format("no result: exit code {}", exit_code)});
        return;
    }
    rows_.push_back(columns_of(backend, result));
}

std::string Comparison::render() const {
    std::vector<std::vector<std::string>> rows{header()};
    rows.insert(rows.end(), rows_.begin(), rows_.end());
    std::vector<std::size_t> widths(rows.front().size());
    for (const std::vector<std::string>& row : rows) {
        // A row without a result has one long cell that is not to widen its column.
        for (std::size_t i = 0; i < row.size() && (row.size() == widths.size() || i == 0); ++i) {
            widths[i] = std::max(widths[i], row[i].size());
        }
    }
    std::string text;
    for (const std::vector<std::string>& row : rows) {
        std::string line = fmt::format("{:<{}}", row.front(), widths.front());
        for (std::size_t i = 1; i < row.size(); ++i) {
            line += fmt::format("  {:>{}}", row[i], row.size() == widths.size() ? widths[i] : 0);
        }
        text += line + "\n";
    }
    return text + "\n" + std::string(kMeaning);
}

}  // namespace commitbench::cli
