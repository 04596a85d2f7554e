// SPDX-License-Identifier: Apache-2.0
#include "hash/keccak_many.hpp"

#include "hash/instruction_sets.hpp"
#include "hash/keccak_wide.hpp"

namespace commitbench {
namespace {

#if defined(__x86_64__)
[[gnu::target(COMMITBENCH_AVX512)]] void avx512_pairs(const std::uint8_t* const* left,
                                                      const std::uint8_t* const* right,
                                                      std::uint8_t* const* out,
                                                      DigestLabel label) noexcept {
    keccak_wide::pairs<8>(left, right, out, label);
}
[[gnu::target(COMMITBENCH_AVX512)]] void avx512_messages(const ByteView* messages,
                                                         std::uint8_t* const* out) noexcept {
    keccak_wide::messages<8>(messages, out);
}
[[gnu::target("avx2")]] void avx2_pairs(const std::uint8_t* const* left,
                                        const std::uint8_t* const* right,
                                        std::uint8_t* const* out,
                                        DigestLabel label) noexcept {
    keccak_wide::pairs<4>(left, right, out, label);
}
[[gnu::target("avx2")]] void avx2_messages(const ByteView* messages,
                                           std::uint8_t* const* out) noexcept {
    keccak_wide::messages<4>(messages, out);
}
#endif

struct Kernels {
    std::array<LaneKernel, 3> list{};
    std::size_t count = 0;

    Kernels() noexcept {
#if defined(__x86_64__)
        if (has_avx512()) {
            list[count++] = {"AVX-512, 8 lanes", 8, 2, avx512_pairs, avx512_messages};
        }
        if (has_avx2()) {
            list[count++] = {"AVX2, 4 lanes", 4, 3, avx2_pairs, avx2_messages};
        }
#endif
        list[count++] = one_at_a_time("1 lane");
    }
};

}  // namespace

const LaneFunction kKeccak256Lanes{
    .blocks = [](std::size_t length) noexcept { return keccak256_permutations(length); },
    .one = keccak256};

std::span<const LaneKernel> keccak256_kernels() noexcept {
    static const Kernels kernels;
    return {kernels.list.data(), kernels.count};
}

void keccak256_many(std::span<const ByteView> messages, Hash256* out) noexcept {
    hash_many(keccak256_kernels().front(), kKeccak256Lanes, messages, out);
}

void keccak256_many_64(std::span<const std::uint8_t* const> messages, Hash256* out) noexcept {
    hash_many_64(keccak256_kernels().front(), kKeccak256Lanes, messages, out);
}

}  // namespace commitbench
