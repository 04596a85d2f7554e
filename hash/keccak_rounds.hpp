// SPDX-License-Identifier: Apache-2.0
// The round constants of Keccak-f[1600].
#pragma once

#include <array>
#include <cstdint>

namespace commitbench {

// Round constants of iota: bit 2^j-1 of constant i is output j+7i of the LFSR x^8+x^6+x^5+x^4+1
// (The Keccak reference, section 1.2).
inline constexpr auto kKeccakRoundConstants = [] {
    std::array<std::uint64_t, 24> constants{};
    std::uint32_t lfsr = 1;
    for (auto& constant : constants) {
        for (unsigned j = 0; j < 7; ++j) {
            if ((lfsr & 1U) != 0) {
                constant |= std::uint64_t{1} << ((1U << j) - 1U);
            }
            lfsr <<= 1;
            if ((lfsr & 0x100U) != 0) {
                lfsr ^= 0x171U;
            }
        }
    }
    return constants;
}();
static_assert(kKeccakRoundConstants[0] == 1 && kKeccakRoundConstants[23] == 0x8000000080008008);

}  // namespace commitbench
