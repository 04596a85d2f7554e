// SPDX-License-Identifier: Apache-2.0
#include "hash/instruction_sets.hpp"
#include "hash/sha256_wide.hpp"

namespace commitbench {
namespace {

#if defined(__x86_64__)
[[gnu::target(COMMITBENCH_AVX512)]] void avx512_pairs(const std::uint8_t* const* left,
                                                      const std::uint8_t* const* right,
                                                      std::uint8_t* const* out,
                                                      DigestLabel label) noexcept {
    sha256_wide::pairs<16>(left, right, out, label);
}
[[gnu::target(COMMITBENCH_AVX512)]] void avx512_messages(const ByteView* messages,
                                                         std::uint8_t* const* out) noexcept {
    sha256_wide::messages<16>(messages, out);
}
[[gnu::target("avx2")]] void avx2_pairs(const std::uint8_t* const* left,
                                        const std::uint8_t* const* right,
                                        std::uint8_t* const* out,
                                        DigestLabel label) noexcept {
    sha256_wide::pairs<8>(left, right, out, label);
}
[[gnu::target("avx2")]] void avx2_messages(const ByteView* messages,
                                           std::uint8_t* const* out) noexcept {
    sha256_wide::messages<8>(messages, out);
}
#endif

// Sixteen lanes of AVX-512 beat the processor's own SHA-256 instructions where there are six
// messages or more (a compression 15 ns against 43, Xeon); eight of AVX2 only equal them.
struct Kernels {
    std::array<LaneKernel, 3> list{};
    std::size_t count = 0;

    Kernels() noexcept {
        const LaneKernel alone = one_at_a_time("OpenSSL, 1 lane");
#if defined(__x86_64__)
        if (has_avx512()) {
            list[count++] = {"AVX-512, 16 lanes", 16, 6, avx512_pairs, avx512_messages};
        }
        if (has_sha_instructions()) {
            list[count++] = alone;
        }
        if (has_avx2()) {
            list[count++] = {"AVX2, 8 lanes", 8, 4, avx2_pairs, avx2_messages};
        }
        if (has_sha_instructions()) {
            return;
        }
#endif
        list[count++] = alone;
    }
};

}  // namespace

const LaneFunction kSha256Lanes{
    .blocks = [](std::size_t length) noexcept { return sha256_compressions(length); },
    .one = sha256};

std::span<const LaneKernel> sha256_kernels() noexcept {
    static const Kernels kernels;
    return {kernels.list.data(), kernels.count};
}

}  // namespace commitbench
