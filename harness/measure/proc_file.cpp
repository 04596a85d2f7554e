// SPDX-License-Identifier: Apache-2.0
#include "harness/measure/proc_file.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

namespace commitbench {
namespace {

constexpr std::string_view kBlanks = " \t\n\r";

std::string_view trim(std::string_view text) {
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
    std::vector<std::string_view> parts;
    std::size_t at = 0;
    while ((at = text.find_first_not_of(separators, at)) != std::string_view::npos) {
        const std::size_t end = std::min(text.find_first_of(separators, at), text.size());
        parts.push_back(text.substr(at, end - at));
        at = end;
    }
    return parts;
}

}  // namespace

std::optional<std::string> read_text(const std::filesystem::path& file) {
    std::ifstream stream(file);
    if (!stream) {
        return std::nullopt;
    }
    std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    if (stream.bad()) {
        return std::nullopt;
    }
    const std::size_t last = text.find_last_not_of(kBlanks);
    text.resize(last == std::string::npos ? 0 : last + 1);
    return text;
}

std::optional<std::string> find_field(std::string_view text, std::string_view key) {
    for (const std::string_view line : split_lines(text)) {
        if (!line.starts_with(key)) {
            continue;
        }
        // "model name\t: X": white space may stand between the key and its colon.
        std::string_view rest = line.substr(key.size());
        const std::size_t colon = rest.find_first_not_of(" \t");
        if (colon != std::string_view::npos && rest[colon] == ':') {
            return std::string(trim(rest.substr(colon + 1)));
        }
        if (!rest.empty() && (rest[0] == ' ' || rest[0] == '\t')) {
            return std::string(trim(rest));
        }
    }
    return std::nullopt;
}

std::optional<std::uint64_t> leading_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) {
        return std::nullopt;
    }
    return number;
}

std::optional<std::uint64_t> find_kilobytes(std::string_view text, std::string_view key) {
    const auto field = find_field(text, key);
    const auto number = field ? leading_number(*field) : std::nullopt;
    if (!number) {
        return std::nullopt;
    }
    return *number * 1024;
}

std::vector<std::string_view> split_words(std::string_view text) {
    return split(text, kBlanks);
}

std::vector<std::string_view> split_lines(std::string_view text) {
    return split(text, "\n");
}

}  // namespace commitbench
