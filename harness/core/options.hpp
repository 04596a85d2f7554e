// SPDX-License-Identifier: Apache-2.0
// Component options: declared once in a table, from which parsing, errors, `describe` and the
// result all follow.
#pragma once

#include "harness/core/result.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace commitbench {

enum class OptionType : std::uint8_t {
    boolean,  ///< on|off
    integer,  ///< 10000, 10k, 1M, 2G (powers of ten)
    size,     ///< bytes: 4096, 64KiB, 256MiB, 1GiB (powers of two); kB, MB, GB (powers of ten)
    real,     ///< 0.99
    choice,   ///< one of OptionSpec::range, separated by |
    path,     ///< a file or folder
};

/// One row of a component's table. All text is static.
struct OptionSpec {
    std::string_view key{};
    OptionType type = OptionType::boolean;
    std::string_view unit{};           ///< "accounts", "bytes", "" where there is none
    std::string_view default_value{};  ///< in the words of a spec string; "" with required = true
                                       ///< where there is none
    std::string_view
        range{};  ///< "1..1000000" (inclusive; a side may be empty), "a|b|c", or "" for any; of an
                  ///< integer also "auto|1..64": the component may be left to choose
    std::string_view help{};  ///< one sentence
    bool required = false;
};

/// A parsed "name:key=value,key=value". A value with a comma or quote stands in double quotes; \"
/// and \\ inside.
struct ComponentSpec {
    std::string name;
    std::vector<std::pair<std::string, std::string>> options;  ///< as written, in order
};

/// Fails on an empty name, a key without '=', an empty or repeated key, an unclosed quote.
/// O(length).
[[nodiscard]] Result<ComponentSpec> parse_spec(std::string_view text);

/// Every option of a component with its value, defaults included. The getters' INVARIANT: the key
/// is in the table with the type asked for (checked: aborts with a message, for it is a bug of the
/// component).
class Options {
  public:
    [[nodiscard]] bool boolean(std::string_view key) const;
    [[nodiscard]] std::uint64_t integer(std::string_view key) const;
    /// Of an integer that may be left to the component; nullopt: "auto".
    [[nodiscard]] std::optional<std::uint64_t> integer_or_auto(std::string_view key) const;
    [[nodiscard]] std::uint64_t size(std::string_view key) const;
    [[nodiscard]] double real(std::string_view key) const;
    [[nodiscard]] const std::string& text(std::string_view key) const;  ///< choice or path

    /// Canonical: one spelling a value (10k -> 10000), keys in the order of the table.
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& resolved() const {
        return resolved_;
    }
    /// The same as programs read it: sizes are bytes, "65536" and not "64KiB".
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> plain() const;
    /// "name:key=value,..." with every option, parseable again.
    [[nodiscard]] std::string canonical(std::string_view name) const;

  private:
    friend Result<Options> resolve_options(std::string_view,
                                           const ComponentSpec&,
                                           std::span<const OptionSpec>);
    struct Parsed {
        OptionType type = OptionType::boolean;
        std::uint64_t number = 0;
        double real = 0;
        std::string text;
    };
    [[nodiscard]] const Parsed& find(std::string_view key, OptionType type) const;

    std::map<std::string, Parsed, std::less<>> values_;
    std::vector<std::pair<std::string, std::string>> resolved_;
};

/// Checks `spec` against `table` and fills in defaults. `kind` ("backend") names the component in
/// errors: an unknown key is answered with the nearest one, a bad value with what would be good.
[[nodiscard]] Result<Options> resolve_options(std::string_view kind,
                                              const ComponentSpec& spec,
                                              std::span<const OptionSpec> table);

/// "1..64" and the like, "accounts" -> one line of help for a table row.
[[nodiscard]] std::string describe_type(const OptionSpec& spec);

/// Parses 4096, 64KiB, 1GB …; nullopt where it is no size.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);
/// Parses 10000, 10k, 1M …; nullopt where it is no such integer.
[[nodiscard]] std::optional<std::uint64_t> parse_integer(std::string_view text);
/// "256MiB" where it divides evenly, else bytes.
[[nodiscard]] std::string format_size(std::uint64_t bytes);

/// The candidate with the smallest edit distance, if it is close enough to be meant; else "".
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       std::span<const std::string_view> candidates);

}  // namespace commitbench
