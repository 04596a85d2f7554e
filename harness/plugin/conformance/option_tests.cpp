// SPDX-License-Identifier: Apache-2.0
#include "harness/plugin/conformance/option_tests.hpp"

#include "harness/runtime/worker_pool.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace commitbench::conformance {
namespace {

/// Larger numbers are not tried: a component may set aside as many bytes or buckets as it is asked
/// for.
constexpr std::uint64_t kLargestTried = std::uint64_t{1} << 16;
constexpr std::uint64_t kSmallMemoryBudget = std::uint64_t{64} << 20;

struct Range {
    std::string low;  // "" where there is none
    std::string high;
    bool automatic = false;
};

bool is_number(OptionType type) {
    return type == OptionType::integer || type == OptionType::size || type == OptionType::real;
}

/// As resolve_options reads it.
Range range_of(const OptionSpec& row) {
    std::string_view text = row.range;
    Range range;
    constexpr std::string_view kAuto = "auto|";
    if (text.starts_with(kAuto)) {
        range.automatic = true;
        text.remove_prefix(kAuto.size());
    }
    if (const std::size_t dots = text.find(".."); dots != std::string_view::npos) {
        range.low = text.substr(0, dots);
        range.high = text.substr(dots + 2);
    }
    return range;
}

std::optional<std::uint64_t> number_of(const OptionSpec& row, std::string_view text) {
    return row.type == OptionType::size      ? parse_size(text)
           : row.type == OptionType::integer ? parse_integer(text)
                                             : std::nullopt;
}

/// Values that the table says are good.
std::vector<std::string> good_values(const OptionSpec& row) {
    if (row.type == OptionType::boolean) {
        return {"on", "off"};
    }
    std::vector<std::string> values;
    if (row.type == OptionType::choice) {
        std::string_view rest = row.range;
        while (!rest.empty()) {
            const std::size_t bar = rest.find('|');
            values.emplace_back(rest.substr(0, bar));
            rest.remove_prefix(bar == std::string_view::npos ? rest.size() : bar + 1);
        }
    }
    if (is_number(row.type)) {
        const Range range = range_of(row);
        if (range.automatic) {
            values.emplace_back("auto");
        }
        for (const std::string& end : {range.low, range.high}) {
            if (!end.empty()) {
                values.push_back(end);
            }
        }
    }
    return values;
}

/// Values that it says are not.
std::vector<std::string> bad_values(const OptionSpec& row) {
    if (row.type == OptionType::path) {
        return {};
    }
    std::vector<std::string> values{"no-such-value"};
    if (!is_number(row.type)) {
        return values;
    }
    const Range range = range_of(row);
    if (const auto low = number_of(row, range.low); low && *low > 0) {
        values.push_back(std::to_string(*low - 1));
    }
    if (const auto high = number_of(row, range.high);
        high && *high < std::numeric_limits<std::uint64_t>::max()) {
        values.push_back(std::to_string(*high + 1));
    }
    return values;
}

Status open(Trial& trial, const Subject& subject, const Options& options) {
    WorkerPool pool(2);
    switch (subject.kind()) {
        case Kind::backend: {
            const auto folder = trial.new_folder();
            if (!folder) {
                return folder.error();
            }
            const auto made =
                subject.backend().create(options, {.directory = *folder,
                                                   .memory_budget = kSmallMemoryBudget,
                                                   .durability = Durability::none,
                                                   .workers = &pool});
            return made ? Status() : Status(made.error());
        }
        case Kind::executor: {
            const auto made =
                subject.executor().create(options, {.workers = &pool, .seed = trial.orders().seed});
            return made ? Status() : Status(made.error());
        }
        case Kind::workload:
            break;
    }
    const auto made = subject.workload().create(options, trial.orders().seed);
    return made ? Status() : Status(made.error());
}

/// A value of its own table opens, or is refused for a reason that lies outside the table and is
/// told.
Status try_value(Trial& trial,
                 const Subject& subject,
                 const OptionSpec& row,
                 const std::string& value) {
    const auto options = subject.options_with(row.key, value);
    if (!options) {
        return unmet("the table says that {}={} is good, and the host refuses it: {}", row.key,
                     value, options.error().message);
    }
    if (const auto number = number_of(row, value); number && *number > kLargestTried) {
        return {};
    }
    trial.doing(fmt::format("open with {}={}", row.key, value));
    const Status opened = open(trial, subject, *options);
    if (opened) {
        return {};
    }
    const Error& error = opened.error();
    const bool explained =
        error.code == ErrorCode::does_not_fit || error.code == ErrorCode::unsupported ||
        (error.code == ErrorCode::bad_input && error.message.find(row.key) != std::string::npos);
    return explained ? Status()
                     : unmet(
                           "open with {}={}, which its table says is good: {} (a refusal has the "
                           "code BAD_INPUT and names the option)",
                           row.key, value, error.message);
}

Status expect_refused(const Subject& subject, std::string_view key, std::string_view value) {
    const auto options = subject.options_with(key, value);
    return options ? unmet("{}={} is accepted, and its table says that it is not good", key, value)
                   : Status();
}

}  // namespace

Status test_descriptor(Trial& /*trial*/, const Subject& subject) {
    const auto is_line = [](std::string_view text) {
        return !text.empty() && std::ranges::none_of(text, [](char letter) {
            return static_cast<unsigned char>(letter) < 0x20;
        });
    };
    if (!is_line(subject.summary())) {
        return unmet("its summary is not one line");
    }
    std::set<std::string_view> keys;
    for (const OptionSpec& row : subject.table()) {
        const bool good = !row.key.empty() && std::ranges::all_of(row.key, [](char letter) {
            return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                   letter == '-';
        });
        if (!good) {
            return unmet("an option is called '{}': write small letters, digits and '-'", row.key);
        }
        if (!keys.insert(row.key).second) {
            return unmet("the option {} stands twice in its table", row.key);
        }
        if (!is_line(row.help)) {
            return unmet("the help of the option {} is not one line", row.key);
        }
        if (row.type == OptionType::choice && good_values(row).empty()) {
            return unmet("the option {} is a choice of nothing: write its range as a|b|c", row.key);
        }
        const Range range = range_of(row);
        if (is_number(row.type) && !row.range.empty() && range.low.empty() && range.high.empty()) {
            return unmet("the range '{}' of the option {} bounds nothing: write it as 1..64",
                         row.range, row.key);
        }
    }
    return {};
}

Status test_options(Trial& trial, const Subject& subject) {
    const auto options = subject.options();
    if (!options) {
        return options.error();
    }
    trial.doing("open with its defaults");
    COMMITBENCH_TRY(open(trial, subject, *options));
    COMMITBENCH_TRY(expect_refused(subject, "no-such-option", "1"));
    for (const OptionSpec& row : subject.table()) {
        if (row.required) {
            Subject without = subject;
            std::erase_if(without.given.options,
                          [&row](const auto& option) { return option.first == row.key; });
            const auto refused = without.options();
            if (refused || refused.error().message.find(row.key) == std::string::npos) {
                return unmet("the option {} must be given, and who leaves it out is not told so",
                             row.key);
            }
        }
        for (const std::string& value : good_values(row)) {
            COMMITBENCH_TRY(try_value(trial, subject, row, value));
        }
        for (const std::string& value : bad_values(row)) {
            COMMITBENCH_TRY(expect_refused(subject, row.key, value));
        }
    }
    return {};
}

}  // namespace commitbench::conformance
