// SPDX-License-Identifier: Apache-2.0
// Small text files under /proc and /sys.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace commitbench {

/// The whole file without trailing white space; nullopt where it cannot be read.
[[nodiscard]] std::optional<std::string> read_text(const std::filesystem::path& file);

/// Of lines "key:   value" or "key value" the value of the first whose key is `key`, trimmed.
[[nodiscard]] std::optional<std::string> find_field(std::string_view text, std::string_view key);

/// The leading decimal digits of `text` ("123 kB" is 123); nullopt where there are none or they do
/// not fit.
[[nodiscard]] std::optional<std::uint64_t> leading_number(std::string_view text);

/// The field `key` as bytes, where the file gives "123 kB".
[[nodiscard]] std::optional<std::uint64_t> find_kilobytes(std::string_view text,
                                                          std::string_view key);

[[nodiscard]] std::vector<std::string_view> split_words(std::string_view text);
[[nodiscard]] std::vector<std::string_view> split_lines(std::string_view text);

}  // namespace commitbench
