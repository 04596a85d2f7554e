// SPDX-License-Identifier: Apache-2.0
#include "harness/core/block.hpp"

// The state structs, which the stable interface only declares: kept on the stack here.
#define XXH_STATIC_LINKING_ONLY
#include <array>
#include <cstdio>
#include <xxhash.h>

namespace commitbench {

std::string BlockResult::receipts_digest() const {
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    for (const Receipt& receipt : receipts) {
        const std::array<std::uint64_t, 2> frame{static_cast<std::uint64_t>(receipt.status),
                                                 receipt.digest};
        XXH3_64bits_update(&state, frame.data(), sizeof frame);
    }
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx",
                  static_cast<unsigned long long>(XXH3_64bits_digest(&state)));
    return text.data();
}

}  // namespace commitbench
