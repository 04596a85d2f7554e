// SPDX-License-Identifier: Apache-2.0
// LtHash over BLAKE3: the sum of the hashes of a set's elements.
//
//   element   u32le key length || key || u32le value length || value
//   H         the first 2,048 bytes of BLAKE3's extended output, as 1,024 numbers of 16 bits,
//   little-endian sum       component by component mod 2^16, over all keys that are present; of the
//   empty set zeros checksum  BLAKE3 of the sum's 2,048 bytes
//
// A key that is present with an empty value is an element like any other (Sei's FlatKV, whose
// encoding this is, has no such keys): states that differ in it differ in their sums.
// Source: "Securing Update Propagation with Homomorphic Hashing", Lewi, Kim, Maykov, Weis, 2019;
// function and widths as in Solana's SIMD-0215.
#pragma once

#include "hash/blake3_kernels.hpp"

#include <vector>

namespace commitbench::lthash {

inline constexpr std::size_t kSumBytes = 2048;
/// Compressions that draw the output of one element.
inline constexpr std::uint64_t kOutputCompressions = kSumBytes / 64;

using SumBytes = std::array<std::uint8_t, kSumBytes>;

/// A sum, first of the empty set, with elements still to be added: they wait until the processor's
/// lanes are full. Not thread-safe.
class LatticeSum {
  public:
    LatticeSum();

    /// Starts over from these bytes; all zero is the empty set.
    void reset(const SumBytes& bytes);

    /// Adds an element or takes one away. INVARIANT: lengths fit 32 bits. Copies both.
    void change(OutputSign sign, ByteView key, ByteView value);

    /// Adds what waits.
    void finish();
    /// INVARIANT of both: finish() since the last change().
    [[nodiscard]] SumBytes bytes() const;
    [[nodiscard]] Hash256 checksum() const;

    /// Runs of the compression function so far, the checksum's not counted.
    [[nodiscard]] std::uint64_t compressions() const noexcept { return compressions_; }

  private:
    struct Waiting {
        std::size_t from;
        std::size_t size;
        OutputSign sign;
    };

    void add_long(ByteView element, OutputSign sign);

    const Blake3Kernel& kernel_;
    LaneKernel chains_;  ///< kernel_ with messages() = chains()
    LaneSums sums_;
    Bytes elements_;
    std::vector<Waiting> waiting_;
    std::vector<Hash256> chained_;
    std::uint64_t compressions_ = 0;
};

/// Nanoseconds of one of an element's 32 output compressions here and now: a median, about 1 ms in
/// all.
[[nodiscard]] double measure_output_compression_ns();

}  // namespace commitbench::lthash
