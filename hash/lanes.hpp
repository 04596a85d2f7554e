// SPDX-License-Identifier: Apache-2.0
// What the multi-lane kernels are written in: vectors whose element i belongs to message i, in the
// compiler's vector extensions, so that one template serves every width.
//
// Everything here is always inlined: the function that a template ends up in carries the
// instruction set (gnu::target), and nothing is called across. Vectors go by reference, since how
// they are passed by value depends on the instruction set.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

namespace commitbench::lanes {

template<std::size_t W>
struct Vectors {
    using U32 [[gnu::vector_size(4 * W)]] = std::uint32_t;
    using U64 [[gnu::vector_size(8 * W)]] = std::uint64_t;
    using Octets [[gnu::vector_size(4 * W)]] = std::uint8_t;
    using Sixteens [[gnu::vector_size(4 * W)]] = std::uint16_t;
};
/// W numbers of 32 and of 64 bits.
template<std::size_t W>
using U32 = typename Vectors<W>::U32;
template<std::size_t W>
using U64 = typename Vectors<W>::U64;
/// The bytes and the 16-bit numbers in W numbers of 32.
template<std::size_t W>
using Octets = typename Vectors<W>::Octets;
template<std::size_t W>
using Sixteens = typename Vectors<W>::Sixteens;

/// body(0), .. body(N - 1), each with its index a constant: loops over registers must not stay
/// loops.
template<std::size_t N, class Body>
[[gnu::always_inline]] inline void unrolled(const Body& body) {
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
        (body(std::integral_constant<std::size_t, I>{}), ...);
    }
    (std::make_index_sequence<N>{});
}

enum class Rotation : std::uint8_t {
    shifts,        ///< the compiler's choice: a rotate instruction where there is one
    byte_shuffle,  ///< for multiples of 8: needs SSSE3 or better, and pays where no rotate exists
};

template<std::size_t W, unsigned N, Rotation R>
[[gnu::always_inline]] inline void rotate_right(U32<W>& x) {
    if constexpr (R == Rotation::byte_shuffle && N % 8 == 0) {
        const auto octets = reinterpret_cast<Octets<W>>(x);
        [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
            x = reinterpret_cast<U32<W>>(__builtin_shufflevector(
                octets, octets, static_cast<int>((I & ~3U) | ((I + N / 8) & 3U))...));
        }
        (std::make_index_sequence<4 * W>{});
    } else {
        x = (x >> N) | (x << (32 - N));
    }
}

/// Sixteen bytes at `offset` of messages 0, Stride, 2 * Stride, .. one after the other, W / 4 of
/// them.
template<std::size_t W, std::size_t Stride>
[[gnu::always_inline]] inline void load_pieces(const std::uint8_t* const* messages,
                                               std::size_t offset,
                                               U32<W>& out) {
    if constexpr (W == 4) {
        std::memcpy(&out, messages[0] + offset, 16);
    } else {
        U32<W / 2> low;
        U32<W / 2> high;
        load_pieces<W / 2, Stride>(messages, offset, low);
        load_pieces<W / 2, Stride>(messages + W / 8 * Stride, offset, high);
        [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
            out = __builtin_shufflevector(low, high, static_cast<int>(I)...);
        }
        (std::make_index_sequence<W>{});
    }
}

/// Within every four elements a 4 x 4 transposition of x[0..3]; its own inverse. Of what
/// load_pieces gave for messages 0, 1, 2, 3 it makes four words, each with its lanes in
/// order:
///
///   x[0]  m0w0 m0w1 m0w2 m0w3 | m4w0 ..        x[0]  m0w0 m1w0 m2w0 m3w0 | m4w0 ..
///   x[1]  m1w0 m1w1 m1w2 m1w3 | m5w0 ..   ->   x[1]  m0w1 m1w1 m2w1 m3w1 | m4w1 ..
template<std::size_t W>
[[gnu::always_inline]] inline void transpose_fours(U32<W>* x) {
    using Halves = U64<W / 2>;
    // Element I of the unpacking of words (of two vectors side by side), then of pairs of words.
    constexpr auto kWord = [](std::size_t i, std::size_t half) {
        return static_cast<int>((i & ~std::size_t{3}) + 2 * half + (i & 3) / 2 + (i & 1) * W);
    };
    constexpr auto kPair = [](std::size_t i, std::size_t half) {
        return static_cast<int>((i & ~std::size_t{1}) + half + (i & 1) * (W / 2));
    };
    [&]<std::size_t... I, std::size_t... J>(std::index_sequence<I...>, std::index_sequence<J...>)
        __attribute__((always_inline)) {
        const auto low01 =
            reinterpret_cast<Halves>(__builtin_shufflevector(x[0], x[1], kWord(I, 0)...));
        const auto high01 =
            reinterpret_cast<Halves>(__builtin_shufflevector(x[0], x[1], kWord(I, 1)...));
        const auto low23 =
            reinterpret_cast<Halves>(__builtin_shufflevector(x[2], x[3], kWord(I, 0)...));
        const auto high23 =
            reinterpret_cast<Halves>(__builtin_shufflevector(x[2], x[3], kWord(I, 1)...));
        x[0] = reinterpret_cast<U32<W>>(__builtin_shufflevector(low01, low23, kPair(J, 0)...));
        x[1] = reinterpret_cast<U32<W>>(__builtin_shufflevector(low01, low23, kPair(J, 1)...));
        x[2] = reinterpret_cast<U32<W>>(__builtin_shufflevector(high01, high23, kPair(J, 0)...));
        x[3] = reinterpret_cast<U32<W>>(__builtin_shufflevector(high01, high23, kPair(J, 1)...));
    }
    (std::make_index_sequence<W>{}, std::make_index_sequence<W / 2>{});
}

/// words[i] = word i of `Words` at `offset` of each message. Words is a multiple of 4.
template<std::size_t W, std::size_t Words>
[[gnu::always_inline]] inline void load_words(const std::uint8_t* const* messages,
                                              std::size_t offset,
                                              U32<W>* words) {
    unrolled<Words / 4>([&](auto quarter) __attribute__((always_inline)) {
        unrolled<4>([&](auto k) __attribute__((always_inline)) {
            load_pieces<W, 4>(messages + k, offset + 16 * quarter, words[4 * quarter + k]);
        });
        transpose_fours<W>(words + 4 * quarter);
    });
}

/// The inverse for eight words: out[i] gets the 32 bytes of lane i. Overwrites `words`.
template<std::size_t W>
[[gnu::always_inline]] inline void store_digests(U32<W>* words, std::uint8_t* const* out) {
    transpose_fours<W>(words);
    transpose_fours<W>(words + 4);
    unrolled<4>([&](auto k) __attribute__((always_inline)) {
        unrolled<W / 4>([&](auto four) __attribute__((always_inline)) {
            const auto piece = [&](std::size_t from) __attribute__((always_inline)) {
                return reinterpret_cast<const std::uint8_t*>(&words[from]) + 16 * four;
            };
            std::memcpy(out[4 * four + k], piece(k), 16);
            std::memcpy(out[4 * four + k] + 16, piece(4 + k), 16);
        });
    });
}

/// Copies up to a few blocks with moves of fixed size: a call of memcpy costs as much as a lane's
/// round.
[[gnu::always_inline]] inline void copy_small(std::uint8_t* to,
                                              const std::uint8_t* from,
                                              std::size_t size) {
    while (size >= 64) {
        std::memcpy(to, from, 64);
        to += 64;
        from += 64;
        size -= 64;
    }
    const auto two_overlapping = [&](auto width) __attribute__((always_inline)) {
        std::memcpy(to, from, width);
        std::memcpy(to + size - width, from + size - width, width);
    };
    if (size >= 32) {
        two_overlapping(std::integral_constant<std::size_t, 32>{});
    } else if (size >= 16) {
        two_overlapping(std::integral_constant<std::size_t, 16>{});
    } else if (size >= 8) {
        two_overlapping(std::integral_constant<std::size_t, 8>{});
    } else if (size >= 4) {
        two_overlapping(std::integral_constant<std::size_t, 4>{});
    } else {
        for (std::size_t i = 0; i < size; ++i) {
            to[i] = from[i];
        }
    }
}

}  // namespace commitbench::lanes
