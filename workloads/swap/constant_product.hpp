// SPDX-License-Identifier: Apache-2.0
// The price of a constant-product pool: how much of one token it gives for some of the other, so
// that the product of its reserves never falls.
//
// Rule and rounding: Uniswap v2, UniswapV2Library.getAmountOut (whose fee is 30 basis points).
#pragma once

#include <cstdint>

namespace commitbench::swap {

/// 100 %.
inline constexpr std::uint64_t kBasisPoints = 10'000;

/// Reserves and amounts of a state that is right are below it, so that no product overflows: the
/// numerator is below 10^4 * 2^114 < 2^128.
inline constexpr std::uint64_t kCoinLimit = std::uint64_t{1} << 57;

/// What the pool gives for `in`, rounded down: 0 where that is less than a coin, or where a number
/// is no number of a pool (a reserve of 0, an amount of kCoinLimit or more). Always less than
/// `reserve_out` otherwise. INVARIANT: fee_points <= kBasisPoints. Pure.
[[nodiscard]] constexpr std::uint64_t amount_out(std::uint64_t in,
                                                 std::uint64_t reserve_in,
                                                 std::uint64_t reserve_out,
                                                 std::uint64_t fee_points) noexcept {
    if (reserve_in == 0 || reserve_out == 0 || in >= kCoinLimit || reserve_in >= kCoinLimit ||
        reserve_out >= kCoinLimit) {
        return 0;
    }
    __extension__ using Wide = unsigned __int128;
    const Wide in_less_fee = Wide{in} * (kBasisPoints - fee_points);
    return static_cast<std::uint64_t>(in_less_fee * reserve_out /
                                      (Wide{reserve_in} * kBasisPoints + in_less_fee));
}

}  // namespace commitbench::swap
