// SPDX-License-Identifier: Apache-2.0
// `commitbench trace info|write`: what is in block access lists, and made-up ones in the same
// format.
#include "harness/cli/command.hpp"
#include "harness/core/options.hpp"
#include "workloads/trace/synthetic_trace.hpp"
#include "workloads/trace/trace_info.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>

namespace commitbench::cli {
namespace {

/// The columns that a person compares blocks by; --csv has all of them.
constexpr std::array<std::string_view, 11> kTableColumns{"block",
                                                         "bytes",
                                                         "txs",
                                                         "accounts",
                                                         "written_locations",
                                                         "slot_writes",
                                                         "zero_slot_writes",
                                                         "pure_read_slots",
                                                         "hottest_share",
                                                         "critical_path",
                                                         "critical_path_no_hot"};

void print_csv_row(const std::vector<std::string>& row) {
    fmt::print("{}\n", fmt::join(row, ","));
}

std::vector<std::string> names_of(std::span<const StatisticsColumn> columns) {
    std::vector<std::string> names;
    for (const StatisticsColumn& column : columns) {
        names.emplace_back(column.name);
    }
    return names;
}

/// One file: every column with its meaning.
void print_block(const BlockStatistics& block) {
    const auto columns = statistics_columns();
    const std::vector<std::string> row = statistics_row(block);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        fmt::print("{:<22} {:>26}  {}\n", columns[i].name, row[i], columns[i].meaning);
    }
}

/// Several: a row each, their totals, and what the columns mean.
void print_blocks(const std::vector<BlockStatistics>& blocks) {
    const std::vector<std::string> names = names_of(statistics_columns());
    std::vector<std::size_t> picked;
    picked.reserve(kTableColumns.size());
    for (const std::string_view name : kTableColumns) {
        picked.push_back(static_cast<std::size_t>(std::ranges::find(names, name) - names.begin()));
    }
    std::string head;
    for (const std::string_view name : kTableColumns) {
        head += fmt::format("{:>{}}", name, name.size() + 2);
    }
    fmt::print("{}\n", head.substr(2));
    std::uint64_t bytes = 0;
    std::uint64_t txs = 0;
    std::uint64_t written = 0;
    std::uint64_t pure_reads = 0;
    for (const BlockStatistics& block : blocks) {
        const std::vector<std::string> row = statistics_row(block);
        std::string line;
        for (const std::size_t column : picked) {
            line += fmt::format("{:>{}}", row[column], names[column].size() + 2);
        }
        fmt::print("{}\n", line.substr(2));
        bytes += block.bytes;
        txs += block.txs;
        written += block.written_locations;
        pure_reads += block.pure_read_slots;
    }
    fmt::print(
        "\n{} blocks, {} bytes, {} transactions; {} locations written and {} slots only read, each "
        "counted once a block\n\n",
        blocks.size(), bytes, txs, written, pure_reads);
    const auto columns = statistics_columns();
    for (const std::size_t column : picked) {
        fmt::print("{:<22} {}\n", columns[column].name, columns[column].meaning);
    }
}

Result<int> info(const std::vector<std::string>& paths, bool csv) {
    std::vector<bal::BlockFile> files;
    for (const std::string& path : paths) {
        auto found = bal::find_blocks(path);
        if (!found) {
            return found.error();
        }
        std::ranges::move(*found, std::back_inserter(files));
    }
    // All are read before anything is printed: a damaged file gives its error alone.
    std::vector<BlockStatistics> blocks;
    for (const bal::BlockFile& file : files) {
        auto statistics = block_statistics(file);
        if (!statistics) {
            return statistics.error();
        }
        blocks.push_back(std::move(*statistics));
    }
    if (csv) {
        print_csv_row(names_of(statistics_columns()));
        for (const BlockStatistics& block : blocks) {
            print_csv_row(statistics_row(block));
        }
    } else if (blocks.size() == 1) {
        print_block(blocks.front());
    } else {
        print_blocks(blocks);
    }
    return 0;
}

void add_info(CLI::App& trace, Action& chosen) {
    struct Arguments {
        std::vector<std::string> paths;
        bool csv = false;
    };
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command =
        trace.add_subcommand("info", "What is in block access lists (EIP-7928, RLP)");
    command->add_option("PATH", arguments->paths, "Files, or folders of *.rlp files")->required();
    command->add_flag("--csv", arguments->csv, "All columns as comma-separated values");
    command->callback([&chosen, arguments] {
        chosen = [arguments] { return info(arguments->paths, arguments->csv); };
    });
}

/// A flag of `trace write` and the field that it sets.
template<class Number>
struct CountFlag {
    std::string_view name;
    Number SyntheticTrace::*field;
    std::string_view help;
};

constexpr std::array kWideFlags{
    CountFlag<std::uint64_t>{"--seed", &SyntheticTrace::seed, "Everything random follows from it"},
    CountFlag<std::uint64_t>{"--first-block", &SyntheticTrace::first_block,
                             "Number of the first block"},
};
constexpr std::array kFlags{
    CountFlag<std::uint32_t>{"--blocks", &SyntheticTrace::blocks, "Blocks, a file each"},
    CountFlag<std::uint32_t>{"--transactions", &SyntheticTrace::transactions,
                             "Transactions a block"},
    CountFlag<std::uint32_t>{"--accounts", &SyntheticTrace::accounts,
                             "Accounts that send and receive"},
    CountFlag<std::uint32_t>{"--contracts", &SyntheticTrace::contracts, "Contracts with storage"},
    CountFlag<std::uint32_t>{"--slots", &SyntheticTrace::slots, "Slots a contract has"},
    CountFlag<std::uint32_t>{"--slot-writes", &SyntheticTrace::slot_writes,
                             "Slot writes a transaction, on average"},
    CountFlag<std::uint32_t>{"--pure-reads", &SyntheticTrace::pure_reads,
                             "Slots a block only reads"},
    CountFlag<std::uint32_t>{"--touched-only", &SyntheticTrace::touched_only,
                             "Accounts a block touches and nothing else"},
};

struct WriteArguments {
    std::string folder;
    std::vector<std::pair<std::string, std::string>> counts;  ///< flag and what was given for it
    SyntheticTrace settings;
};

/// Sets the field of the flag called `name`, if it is one of `flags`.
template<class Number>
Status set_field(std::span<const CountFlag<Number>> flags,
                 std::string_view name,
                 std::string_view text,
                 SyntheticTrace& settings) {
    for (const CountFlag<Number>& flag : flags) {
        if (flag.name != name) {
            continue;
        }
        const auto number = parse_integer(text);
        if (!number || *number > std::numeric_limits<Number>::max()) {
            return bad_input(
                fmt::format("{} {}: is not good; write a whole number up to {}, such as 100 or 10k",
                            name, text, std::numeric_limits<Number>::max()));
        }
        settings.*flag.field = static_cast<Number>(*number);
    }
    return {};
}

Result<int> write(WriteArguments arguments) {
    for (const auto& [name, text] : arguments.counts) {
        COMMITBENCH_TRY(set_field<std::uint64_t>(kWideFlags, name, text, arguments.settings));
        COMMITBENCH_TRY(set_field<std::uint32_t>(kFlags, name, text, arguments.settings));
    }
    const auto blocks = make_synthetic_trace(arguments.settings);
    if (!blocks) {
        return blocks.error();
    }
    const auto files = write_trace(*blocks, arguments.folder);
    if (!files) {
        return files.error();
    }
    fmt::print("wrote {} made-up blocks, {} to {}, into {}\n", files->size(),
               files->front().filename().string(), files->back().filename().string(),
               arguments.folder);
    return 0;
}

void add_write(CLI::App& trace, Action& chosen) {
    auto arguments = std::make_shared<WriteArguments>();
    CLI::App* command = trace.add_subcommand(
        "write", "Writes made-up blocks in the same format; overwrites nothing");
    command->add_option("DIR", arguments->folder, "Folder, made where it is missing")->required();
    const auto add_count = [&](const auto& flag) {
        const std::string name(flag.name);
        command
            ->add_option_function<std::string>(
                name,
                [arguments, name](const std::string& text) {
                    arguments->counts.emplace_back(name, text);
                },
                std::string(flag.help))
            ->type_name("N")
            ->default_str(std::to_string(arguments->settings.*flag.field));
    };
    std::ranges::for_each(kFlags, add_count);
    std::ranges::for_each(kWideFlags, add_count);
    command
        ->add_option("--delete-share", arguments->settings.delete_share,
                     "Deletions among the slot writes that find a slot set")
        ->type_name("0..1")
        ->capture_default_str();
    command
        ->add_option("--code-share", arguments->settings.code_share,
                     "Transactions that make a contract")
        ->type_name("0..1")
        ->capture_default_str();
    command->add_flag("!--no-fee-recipient", arguments->settings.hot_fee_recipient,
                      "No account that every transaction pays a fee to");
    command->callback([&chosen, arguments] { chosen = [arguments] { return write(*arguments); }; });
}

}  // namespace

void add_trace(CLI::App& app, Action& chosen) {
    CLI::App* trace =
        app.add_subcommand("trace", "Block access lists: what is in them, and made-up ones");
    trace->require_subcommand(1);
    add_info(*trace, chosen);
    add_write(*trace, chosen);
}

}  // namespace commitbench::cli
