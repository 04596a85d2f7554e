// SPDX-License-Identifier: Apache-2.0
#include "hash/blake3_kernels.hpp"

#include "hash/blake3_wide.hpp"
#include "hash/instruction_sets.hpp"

namespace commitbench {
namespace {

using blake3_wide::Rotation;

// A kernel is the template made inside functions that carry an instruction set. A macro, because
// gnu::target takes a literal and nothing that a template could hand it.
#define COMMITBENCH_BLAKE3_KERNEL(NAME, TEXT, WIDTH, ROTATION, ...)                               \
    __VA_ARGS__ void NAME##_pairs(const std::uint8_t* const* left,                                \
                                  const std::uint8_t* const* right, std::uint8_t* const* out,     \
                                  DigestLabel label) noexcept {                                   \
        blake3_wide::pairs<WIDTH, ROTATION>(left, right, out, label);                             \
    }                                                                                             \
    __VA_ARGS__ void NAME##_messages(const ByteView* messages,                                    \
                                     std::uint8_t* const* out) noexcept {                         \
        blake3_wide::chunks<WIDTH, ROTATION, true>(messages, out);                                \
    }                                                                                             \
    __VA_ARGS__ void NAME##_chains(const ByteView* messages, std::uint8_t* const* out) noexcept { \
        blake3_wide::chunks<WIDTH, ROTATION, false>(messages, out);                               \
    }                                                                                             \
    __VA_ARGS__ void NAME##_add_output(const Blake3RootBlock& root, OutputSign sign,              \
                                       LaneSums& sums) noexcept {                                 \
        blake3_wide::add_output<WIDTH, ROTATION>(root, sign, sums);                               \
    }                                                                                             \
    constexpr Blake3Kernel NAME{                                                                  \
        {TEXT, WIDTH, 2, NAME##_pairs, NAME##_messages}, NAME##_chains, NAME##_add_output};

#if defined(__x86_64__)
COMMITBENCH_BLAKE3_KERNEL(avx512,
                          "AVX-512, 16 lanes",
                          16,
                          Rotation::shifts,
                          [[gnu::target(COMMITBENCH_AVX512)]])
COMMITBENCH_BLAKE3_KERNEL(avx2, "AVX2, 8 lanes", 8, Rotation::byte_shuffle, [[gnu::target("avx2")]])
COMMITBENCH_BLAKE3_KERNEL(sse41,
                          "SSE4.1, 4 lanes",
                          4,
                          Rotation::byte_shuffle,
                          [[gnu::target("sse4.1")]])
#endif
COMMITBENCH_BLAKE3_KERNEL(baseline, "baseline, 4 lanes", 4, Rotation::shifts)

#undef COMMITBENCH_BLAKE3_KERNEL

struct Kernels {
    std::array<Blake3Kernel, 4> list{};
    std::size_t count = 0;

    Kernels() noexcept {
#if defined(__x86_64__)
        if (has_avx512()) {
            list[count++] = avx512;
        }
        if (has_avx2()) {
            list[count++] = avx2;
        }
        if (has_sse41()) {
            list[count++] = sse41;
        }
#endif
        list[count++] = baseline;
    }
};

}  // namespace

std::span<const Blake3Kernel> blake3_kernels() noexcept {
    static const Kernels kernels;
    return {kernels.list.data(), kernels.count};
}

}  // namespace commitbench
