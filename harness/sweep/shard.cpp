// SPDX-License-Identifier: Apache-2.0
#include "harness/sweep/shard.hpp"

#include "harness/core/options.hpp"

#include <fmt/format.h>

namespace commitbench::sweep {

std::string Shard::text() const {
    return fmt::format("{}/{}", index, count);
}

Result<Shard> parse_shard(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash != std::string_view::npos) {
        const auto index = parse_integer(text.substr(0, slash));
        const auto count = parse_integer(text.substr(slash + 1));
        if (index && count && *index >= 1 && *index <= *count) {
            return Shard{*index, *count};
        }
    }
    return bad_input(fmt::format(
        "'{}' is no shard: write i/n, as in 2/4 for the second of four machines", text));
}

}  // namespace commitbench::sweep
