// SPDX-License-Identifier: Apache-2.0
#include "backends/mpt/trie_hash.hpp"

#include "backends/mpt/reference_trie.hpp"
#include "hash/blake3_kernels.hpp"
#include "hash/keccak_many.hpp"

#include <chrono>
#include <fmt/format.h>
#include <vector>

namespace commitbench::mpt {

TrieHash trie_hash(std::string_view text) {
    return text == "blake3" ? TrieHash::blake3 : TrieHash::keccak256;
}

std::string_view scheme_of(TrieHash hash, bool secure) {
    if (hash == TrieHash::blake3) {
        return secure ? kMptBlake3SecureScheme : kMptBlake3Scheme;
    }
    return secure ? kMptSecureScheme : kMptScheme;
}

Hash256 hash_bytes(TrieHash hash, ByteView bytes) noexcept {
    return hash == TrieHash::blake3 ? blake3(bytes) : keccak256(bytes);
}

std::uint64_t permutations(TrieHash hash, std::size_t size) noexcept {
    return hash == TrieHash::blake3 ? blake3_compressions(size) : keccak256_permutations(size);
}

const LaneKernel& lane_kernel(TrieHash hash) noexcept {
    return hash == TrieHash::blake3 ? blake3_kernels().front() : keccak256_kernels().front();
}

const LaneFunction& lane_function(TrieHash hash) noexcept {
    return hash == TrieHash::blake3 ? kBlake3Lanes : kKeccak256Lanes;
}

Hash256 empty_trie_root(TrieHash hash) noexcept {
    return hash_bytes(hash, as_bytes("\x80"));
}

double measure_permutation_ns(TrieHash hash, bool lanes) {
    if (hash == TrieHash::keccak256 && !lanes) {
        return measure_keccak256_permutation_ns();
    }
    // A whole chunk: what a call costs beside its compressions is no part of the floor.
    constexpr std::size_t kSize = 1024;
    constexpr std::size_t kBatches = 9;
    constexpr std::size_t kMessages = 128;
    const Bytes bytes(kSize);
    const std::vector<ByteView> messages(kMessages, bytes);
    std::vector<Hash256> digests(kMessages);
    std::array<double, kBatches> batches{};
    for (double& ns : batches) {
        const auto start = std::chrono::steady_clock::now();
        if (lanes) {
            hash_many(lane_kernel(hash), lane_function(hash), messages, digests.data());
        } else {
            for (std::size_t i = 0; i < kMessages; ++i) {
                digests[i] = hash_bytes(hash, messages[i]);
            }
        }
        const std::chrono::duration<double, std::nano> spent =
            std::chrono::steady_clock::now() - start;
        ns = spent.count() / static_cast<double>(kMessages * permutations(hash, kSize));
    }
    std::ranges::nth_element(batches, batches.begin() + kBatches / 2);
    return batches[kBatches / 2];
}

void hash_facts(TrieHash hash, bool lanes, FactVisitor& visitor) {
    const bool blake3 = hash == TrieHash::blake3;
    visitor.fact("hash_function", blake3 ? "BLAKE3" : "Keccak-256",
                 "of nodes, of keys where secure=on, and of the empty root");
    visitor.fact("hash_lanes", lanes ? lane_kernel(hash).name : "1 lane",
                 lanes ? "nodes of one height are hashed side by side" : "one node at a time");
    visitor.fact(
        "hash_permutation_ns", fmt::format("{:.1f}", measure_permutation_ns(hash, lanes)),
        fmt::format("cost of one {}{} here and now: times hash_permutations it is the "
                    "hash floor",
                    blake3 ? "BLAKE3 compression" : "Keccak-f[1600]", lanes ? " in lanes" : ""));
}

}  // namespace commitbench::mpt
