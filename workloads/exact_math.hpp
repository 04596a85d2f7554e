// SPDX-License-Identifier: Apache-2.0
// Logarithm and exponential out of + - * / alone, which IEEE 754 rounds the same way everywhere.
// The C library's differ in the last bit between its versions and CPUs, and one bit can make
// another account of a draw: blocks would not be the same bytes on every machine.
//
// Whoever includes this compiles with -ffp-contract=off (a fused multiply-add rounds once where two
// operations round twice). Errors of log and exp stay below 4 units in the last place,
// those of the two quotients below 8; tests/workloads holds them against the C library.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace commitbench::exact {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// ln 2 in two parts: the first has 32 trailing zero bits, so that its product with an exponent is
/// exact.
inline constexpr double kLn2High = 0x1.62e42feep-1;
inline constexpr double kLn2Low = 0x1.a39ef35793c76p-33;

namespace detail {

/// 1, 1/3, 1/5, …
inline constexpr auto kOddReciprocals = [] {
    std::array<double, 13> terms{};
    for (std::size_t i = 0; i < terms.size(); ++i) {
        terms[i] = 1 / static_cast<double>(2 * i + 1);
    }
    return terms;
}();

/// 1/1!, 1/2!, 1/3!, …; the factorials are exact up to 18!.
inline constexpr auto kFactorialReciprocals = [] {
    std::array<double, 16> terms{};
    double factorial = 1;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        factorial *= static_cast<double>(i + 1);
        terms[i] = 1 / factorial;
    }
    return terms;
}();

template<std::size_t N>
[[nodiscard]] constexpr double polynomial(const std::array<double, N>& terms, double x) noexcept {
    double sum = terms[N - 1];
    for (std::size_t i = N - 1; i > 0; --i) {
        sum = sum * x + terms[i - 1];
    }
    return sum;
}

}  // namespace detail

/// atanh(t) / t for t^2 <= 0.03: the Taylor series 1 + t^2/3 + t^4/5 + …, which ends below 2^-53.
[[nodiscard]] constexpr double atanh_over(double t) noexcept {
    return detail::polynomial(detail::kOddReciprocals, t * t);
}

/// Natural logarithm of a normal x > 0; -infinity for 0, x for infinity.
[[nodiscard]] constexpr double log(double x) noexcept {
    if (x <= 0) {
        return -kInfinity;
    }
    if (x == kInfinity) {
        return x;
    }
    const auto bits = std::bit_cast<std::uint64_t>(x);
    auto exponent = static_cast<std::int64_t>(bits >> 52) - 1023;
    double mantissa =
        std::bit_cast<double>((bits & 0x000f'ffff'ffff'ffffULL) | 0x3ff0'0000'0000'0000ULL);
    // Into [1/sqrt 2, sqrt 2], where |t| <= 0.172.
    if (mantissa > 1.4142135623730951) {
        mantissa /= 2;
        ++exponent;
    }
    const double t = (mantissa - 1) / (mantissa + 1);
    const auto e = static_cast<double>(exponent);
    return e * kLn2High + (2 * t * atanh_over(t) + e * kLn2Low);
}

/// (e^x - 1) / x for |x| <= 0.5: the Taylor series 1 + x/2! + x^2/3! + …, which ends below 2^-53.
[[nodiscard]] constexpr double expm1_over_small(double x) noexcept {
    return detail::polynomial(detail::kFactorialReciprocals, x);
}

/// e^x; 0 below -708, infinity above 709.
[[nodiscard]] constexpr double exp(double x) noexcept {
    if (x < -708) {
        return 0;
    }
    if (x > 709) {
        return kInfinity;
    }
    const double quotient = x / 0.6931471805599453;
    const auto k = static_cast<std::int64_t>(quotient + (quotient < 0 ? -0.5 : 0.5));
    const auto whole = static_cast<double>(k);
    const double rest = (x - whole * kLn2High) - whole * kLn2Low;
    const double scale = std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52);
    return (1 + rest * expm1_over_small(rest)) * scale;
}

/// (e^x - 1) / x, 1 at 0.
[[nodiscard]] constexpr double expm1_over(double x) noexcept {
    return x > -0.5 && x < 0.5 ? expm1_over_small(x) : (exp(x) - 1) / x;
}

/// log(1 + x) / x for x >= -1, 1 at 0.
[[nodiscard]] constexpr double log1p_over(double x) noexcept {
    if (x > -0.29 && x < 0.41) {
        return 2 / (2 + x) * atanh_over(x / (2 + x));
    }
    return log(1 + x) / x;
}

}  // namespace commitbench::exact
