// SPDX-License-Identifier: Apache-2.0
#include "harness/core/block.hpp"

// The state structs, which the stable interface only declares: kept on the stack here.
#define XXH_STATIC_LINKING_ONLY
#include <array>
#include <cstdio>
#include <xxhash.h>

namespace commitbench {

std::uint64_t counter_of(const StateRead& read) noexcept {
    if (read.state != ReadState::present || read.value.size() != kCounterBytes) {
        return 0;
    }
    std::uint64_t count = 0;
    for (const std::uint8_t byte : read.value) {
        count = count << 8 | byte;
    }
    return count;
}

CounterValue counter_value(std::uint64_t count) noexcept {
    CounterValue value{};
    for (std::size_t i = kCounterBytes; i-- > 0; count >>= 8) {
        value[i] = static_cast<std::uint8_t>(count & 0xff);
    }
    return value;
}

ReadState StateAccess::add(const StateKey& key, std::uint64_t amount) {
    const StateRead before = read(key);
    if (before.state == ReadState::stop) {
        return ReadState::stop;
    }
    write(key, counter_value(counter_of(before) + amount));
    return ReadState::present;
}

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
