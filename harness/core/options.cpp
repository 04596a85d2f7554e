// SPDX-License-Identifier: Apache-2.0
#include "harness/core/options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <numeric>

namespace commitbench {
namespace {

struct Suffix {
    std::string_view text;
    std::uint64_t factor;
};

constexpr std::array kSizeSuffixes{
    Suffix{"KiB", 1ULL << 10},   Suffix{"MiB", 1ULL << 20},
    Suffix{"GiB", 1ULL << 30},   Suffix{"TiB", 1ULL << 40},
    Suffix{"kB", 1'000},         Suffix{"MB", 1'000'000},
    Suffix{"GB", 1'000'000'000}, Suffix{"TB", 1'000'000'000'000},
};
constexpr std::array kIntegerSuffixes{Suffix{"k", 1'000}, Suffix{"M", 1'000'000},
                                      Suffix{"G", 1'000'000'000}};

std::optional<std::uint64_t> parse_with_suffix(std::string_view text,
                                               std::span<const Suffix> suffixes) {
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || rest == text.data()) {
        return std::nullopt;
    }
    const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
    if (suffix.empty()) {
        return number;
    }
    for (const Suffix& known : suffixes) {
        if (suffix == known.text) {
            std::uint64_t product = 0;
            if (__builtin_mul_overflow(number, known.factor, &product)) {
                return std::nullopt;
            }
            return product;
        }
    }
    return std::nullopt;
}

std::optional<double> parse_real(std::string_view text) {
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || rest != end || !std::isfinite(number)) {
        return std::nullopt;
    }
    return number;
}

std::string quote_if_needed(std::string_view value) {
    if (value.find_first_of(",\"\\") == std::string_view::npos) {
        return std::string(value);
    }
    std::string quoted = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
        }
        quoted += c;
    }
    return quoted + '"';
}

std::vector<std::string_view> split_choices(std::string_view range) {
    std::vector<std::string_view> choices;
    while (true) {
        const std::size_t bar = range.find('|');
        choices.push_back(range.substr(0, bar));
        if (bar == std::string_view::npos) {
            return choices;
        }
        range.remove_prefix(bar + 1);
    }
}

/// What leaves a number to the component, and how the range of such an option begins.
constexpr std::string_view kAuto = "auto";
constexpr std::string_view kAutoOr = "auto|";

/// Whether `number` lies in "low..high" (either side may be empty); the bounds are written like
/// values.
template<class T, class Parse>
bool within(T number, std::string_view range, Parse parse) {
    const std::size_t dots = range.find("..");
    if (dots == std::string_view::npos) {
        return true;
    }
    const auto low = parse(range.substr(0, dots));
    const auto high = parse(range.substr(dots + 2));
    return (!low || number >= *low) && (!high || number <= *high);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0U);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitution});
        }
    }
    return row[b.size()];
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
    return parse_with_suffix(text, kSizeSuffixes);
}

std::optional<std::uint64_t> parse_integer(std::string_view text) {
    return parse_with_suffix(text, kIntegerSuffixes);
}

std::string format_size(std::uint64_t bytes) {
    for (const auto& [text, factor] :
         {kSizeSuffixes[3], kSizeSuffixes[2], kSizeSuffixes[1], kSizeSuffixes[0]}) {
        if (bytes != 0 && bytes % factor == 0) {
            return fmt::format("{}{}", bytes / factor, text);
        }
    }
    return std::to_string(bytes);
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 2) + 1;
    for (const std::string_view candidate : candidates) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

Result<ComponentSpec> parse_spec(std::string_view text) {
    ComponentSpec spec;
    const std::size_t colon = text.find(':');
    spec.name = text.substr(0, colon);
    if (spec.name.empty()) {
        return bad_input("a spec begins with a name, as in 'name:key=value,key=value'");
    }
    if (colon == std::string_view::npos) {
        return spec;
    }
    std::string_view rest = text.substr(colon + 1);
    while (!rest.empty()) {
        const std::size_t equals = rest.find('=');
        const std::size_t comma = rest.find(',');
        if (equals == std::string_view::npos || comma < equals || equals == 0) {
            return bad_input(fmt::format("'{}' is not key=value", rest.substr(0, comma)));
        }
        std::string key(rest.substr(0, equals));
        rest.remove_prefix(equals + 1);
        std::string value;
        if (rest.starts_with('"')) {
            std::size_t at = 1;
            for (; at < rest.size() && rest[at] != '"'; ++at) {
                if (rest[at] == '\\' && at + 1 < rest.size()) {
                    ++at;
                    if (rest[at] != '"' && rest[at] != '\\') {
                        return bad_input(
                            fmt::format("in the quoted value of '{}', \\{} means nothing: write "
                                        "\\\\ for a backslash and \\\" for a quote",
                                        key, rest[at]));
                    }
                }
                value += rest[at];
            }
            if (at >= rest.size()) {
                return bad_input(fmt::format("the quote after '{}=' is not closed", key));
            }
            rest.remove_prefix(at + 1);
            if (!rest.empty() && rest[0] != ',') {
                return bad_input(fmt::format(
                    "after the quoted value of '{}' comes '{}' where a comma or the end must", key,
                    rest));
            }
        } else {
            value = rest.substr(0, rest.find(','));
            rest.remove_prefix(value.size());
        }
        for (const auto& [known, ignored] : spec.options) {
            if (known == key) {
                return bad_input(fmt::format("'{}' is given twice", key));
            }
        }
        spec.options.emplace_back(std::move(key), std::move(value));
        if (rest.starts_with(',')) {
            rest.remove_prefix(1);
            if (rest.empty()) {
                return bad_input("nothing follows the last comma");
            }
        }
    }
    return spec;
}

std::string describe_type(const OptionSpec& spec) {
    std::string text;
    switch (spec.type) {
        case OptionType::boolean:
            return "on|off";
        case OptionType::choice:
            return std::string(spec.range);
        case OptionType::integer:
            text = "integer";
            break;
        case OptionType::size:
            text = "size";
            break;
        case OptionType::real:
            text = "number";
            break;
        case OptionType::path:
            return "path";
    }
    if (!spec.range.empty()) {
        text += fmt::format(" {}", spec.range);
    }
    return text;
}

Result<Options> resolve_options(std::string_view kind,
                                const ComponentSpec& spec,
                                std::span<const OptionSpec> table) {
    std::map<std::string_view, std::string_view> given;
    for (const auto& [key, value] : spec.options) {
        given.emplace(key, value);
    }
    for (const auto& [key, value] : given) {
        std::vector<std::string_view> keys;
        for (const OptionSpec& row : table) {
            keys.push_back(row.key);
        }
        if (std::ranges::find(keys, key) != keys.end()) {
            continue;
        }
        const std::string_view close = nearest(key, keys);
        if (!close.empty()) {
            return bad_input(fmt::format("{} '{}' has no option '{}': did you mean '{}'?", kind,
                                         spec.name, key, close));
        }
        return bad_input(
            fmt::format("{} '{}' has no option '{}': {}", kind, spec.name, key,
                        keys.empty() ? "it has none"
                                     : fmt::format("its options are {}", fmt::join(keys, ", "))));
    }
    Options options;
    for (const OptionSpec& row : table) {
        const auto found = given.find(row.key);
        if (found == given.end() && row.required) {
            return bad_input(fmt::format("{} '{}' needs the option '{}' ({}), as in '{}:{}=...'",
                                         kind, spec.name, row.key, row.help, spec.name, row.key));
        }
        const std::string_view text = found == given.end() ? row.default_value : found->second;
        const auto refuse = [&] {
            return bad_input(fmt::format("{} '{}': {}={} is not good: it takes {}{}{}", kind,
                                         spec.name, row.key, text, describe_type(row),
                                         row.unit.empty() ? "" : " in ", row.unit));
        };
        Options::Parsed parsed{.type = row.type, .text = std::string(text)};
        std::string canonical(text);
        switch (row.type) {
            case OptionType::boolean:
                if (text != "on" && text != "off") {
                    return refuse();
                }
                parsed.number = text == "on" ? 1 : 0;
                break;
            case OptionType::integer:
            case OptionType::size: {
                std::string_view range = row.range;
                if (row.type == OptionType::integer && range.starts_with(kAutoOr)) {
                    if (text == kAuto) {
                        break;
                    }
                    range.remove_prefix(kAutoOr.size());
                }
                const auto parse = row.type == OptionType::size ? parse_size : parse_integer;
                const auto number = parse(text);
                if (!number || !within(*number, range, parse)) {
                    return refuse();
                }
                parsed.number = *number;
                canonical =
                    row.type == OptionType::size ? format_size(*number) : std::to_string(*number);
                break;
            }
            case OptionType::real: {
                const auto number = parse_real(text);
                if (!number || !within(*number, row.range, parse_real)) {
                    return refuse();
                }
                parsed.real = *number;
                canonical = fmt::format("{}", *number);
                break;
            }
            case OptionType::choice:
                if (const auto choices = split_choices(row.range);
                    std::ranges::find(choices, text) == choices.end()) {
                    const std::string_view close = nearest(text, choices);
                    if (!close.empty()) {
                        return bad_input(
                            fmt::format("{} '{}': {}={} is not one of {}: did you mean '{}'?", kind,
                                        spec.name, row.key, text, row.range, close));
                    }
                    return refuse();
                }
                break;
            case OptionType::path:
                if (row.required && text.empty()) {
                    return refuse();
                }
                break;
        }
        options.values_.emplace(row.key, std::move(parsed));
        options.resolved_.emplace_back(row.key, std::move(canonical));
    }
    return options;
}

const Options::Parsed& Options::find(std::string_view key, OptionType type) const {
    const auto found = values_.find(key);
    if (found == values_.end() || found->second.type != type) {
        fmt::print(stderr, "bug: option '{}' is not declared with the type that is read\n", key);
        std::abort();
    }
    return found->second;
}

bool Options::boolean(std::string_view key) const {
    return find(key, OptionType::boolean).number != 0;
}

std::uint64_t Options::integer(std::string_view key) const {
    return find(key, OptionType::integer).number;
}

std::optional<std::uint64_t> Options::integer_or_auto(std::string_view key) const {
    const Parsed& found = find(key, OptionType::integer);
    return found.text == kAuto ? std::nullopt : std::optional(found.number);
}

std::uint64_t Options::size(std::string_view key) const {
    return find(key, OptionType::size).number;
}

double Options::real(std::string_view key) const {
    return find(key, OptionType::real).real;
}

const std::string& Options::text(std::string_view key) const {
    const auto found = values_.find(key);
    if (found != values_.end() && found->second.type == OptionType::path) {
        return found->second.text;
    }
    return find(key, OptionType::choice).text;
}

std::vector<std::pair<std::string, std::string>> Options::plain() const {
    std::vector<std::pair<std::string, std::string>> plain = resolved_;
    for (auto& [key, value] : plain) {
        if (const Parsed& parsed = values_.at(key); parsed.type == OptionType::size) {
            value = std::to_string(parsed.number);
        }
    }
    return plain;
}

std::string Options::canonical(std::string_view name) const {
    std::string text(name);
    char separator = ':';
    for (const auto& [key, value] : resolved_) {
        text += fmt::format("{}{}={}", separator, key, quote_if_needed(value));
        separator = ',';
    }
    return text;
}

}  // namespace commitbench
