// SPDX-License-Identifier: Apache-2.0
// The hash functions at the lengths that matter, one message and many at a time: the floor under
// every commitment.
#include "backends/paged/node_hasher.hpp"
#include "hash/blake3_kernels.hpp"
#include "hash/keccak.hpp"

#include <benchmark/benchmark.h>

namespace commitbench {
namespace {

/// 64: two hashes side by side; 104: an account leaf; 532: the largest branch without a value;
/// 13,600: many permutations, so that what is left is the permutation's own cost.
void keccak256_of(benchmark::State& state) {
    Bytes message(static_cast<std::size_t>(state.range(0)));
    for (std::size_t i = 0; i < message.size(); ++i) {
        message[i] = static_cast<std::uint8_t>(i);
    }
    for ([[maybe_unused]] auto iteration : state) {
        const Hash256 hash = keccak256(message);
        message[0] = hash[0];  // a chain: no two calls overlap
    }
    benchmark::DoNotOptimize(message.data());
    const auto permutations = static_cast<double>(keccak256_permutations(message.size())) *
                              static_cast<double>(state.iterations());
    state.SetBytesProcessed(state.iterations() * state.range(0));
    state.counters["per_permutation"] =
        benchmark::Counter(permutations, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
void blake3_of(benchmark::State& state) {
    Bytes message(static_cast<std::size_t>(state.range(0)), 1);
    for ([[maybe_unused]] auto iteration : state) {
        message[0] = blake3(message)[0];
    }
    benchmark::DoNotOptimize(message.data());
}
BENCHMARK(blake3_of)->Arg(64)->Arg(112);
BENCHMARK(keccak256_of)->Arg(64)->Arg(104)->Arg(532)->Arg(13'600);

Bytes counting(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<std::uint8_t>(i * 131 + (i >> 8));
    }
    return bytes;
}

/// Parents of a level's nodes, children side by side: ns a node, by hash function and batch.
void make_internal(benchmark::State& state, paged::HashFunction function) {
    const auto count = static_cast<std::size_t>(state.range(0));
    std::vector<paged::Node> children(2 * count);
    const Bytes bytes = counting(64 * count);
    std::memcpy(children.data(), bytes.data(), bytes.size());
    std::vector<paged::Node> parents(count);
    std::vector<paged::PairJob> jobs(count);
    for (std::size_t i = 0; i < count; ++i) {
        jobs[i] = {&children[2 * i], &children[2 * i + 1], &parents[i]};
    }
    const paged::NodeHasher hasher(function);
    for ([[maybe_unused]] auto iteration : state) {
        hasher.make_internal(jobs);
        benchmark::DoNotOptimize(parents.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.counters["per_node"] =
        benchmark::Counter(static_cast<double>(state.iterations() * state.range(0)),
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(make_internal, blake3, paged::HashFunction::blake3)
    ->Arg(1)
    ->Arg(16)
    ->Arg(256)
    ->Arg(4096);
BENCHMARK_CAPTURE(make_internal, sha256, paged::HashFunction::sha256)->Arg(1)->Arg(256);
BENCHMARK_CAPTURE(make_internal, keccak256, paged::HashFunction::keccak256)->Arg(1)->Arg(256);

/// 256 values of a length: 72 bytes are an account's.
void hash_values(benchmark::State& state, paged::HashFunction function) {
    constexpr std::size_t kCount = 256;
    const auto size = static_cast<std::size_t>(state.range(0));
    const Bytes bytes = counting(size * kCount);
    std::vector<Hash256> digests(kCount);
    std::vector<paged::ValueJob> jobs(kCount);
    for (std::size_t i = 0; i < kCount; ++i) {
        jobs[i] = {{bytes.data() + i * size, size}, &digests[i]};
    }
    const paged::NodeHasher hasher(function);
    for ([[maybe_unused]] auto iteration : state) {
        hasher.hash_values(jobs);
        benchmark::DoNotOptimize(digests.data());
        benchmark::ClobberMemory();
    }
    state.counters["per_value"] =
        benchmark::Counter(static_cast<double>(state.iterations()) * kCount,
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(hash_values, blake3, paged::HashFunction::blake3)
    ->Arg(32)
    ->Arg(72)
    ->Arg(110)
    ->Arg(532);
BENCHMARK_CAPTURE(hash_values, sha256, paged::HashFunction::sha256)->Arg(72);
BENCHMARK_CAPTURE(hash_values, keccak256, paged::HashFunction::keccak256)->Arg(72)->Arg(532);

/// The kernels that are not the widest, 256 pairs.
void blake3_kernel_pairs(benchmark::State& state) {
    const auto kernels = blake3_kernels();
    if (static_cast<std::size_t>(state.range(0)) >= kernels.size()) {
        state.SkipWithError("this processor has no such kernel");
        return;
    }
    const Blake3Kernel& kernel = kernels[static_cast<std::size_t>(state.range(0))];
    state.SetLabel(std::string(kernel.name));
    constexpr std::size_t kCount = 256;
    const Bytes bytes = counting(64 * kCount);
    std::vector<Hash256> digests(kCount);
    for ([[maybe_unused]] auto iteration : state) {
        hash_pairs(
            kernel, kBlake3Lanes, kCount, [&](std::size_t i) { return bytes.data() + 64 * i; },
            [&](std::size_t i) { return bytes.data() + 64 * i + 32; },
            [&](std::size_t i) { return digests[i].data(); }, {});
        benchmark::DoNotOptimize(digests.data());
        benchmark::ClobberMemory();
    }
    state.counters["per_node"] =
        benchmark::Counter(static_cast<double>(state.iterations()) * kCount,
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(blake3_kernel_pairs)->DenseRange(0, 3);

/// 2,048 bytes of output of one message, added up: half of LtHash's update of a key.
void blake3_add_output(benchmark::State& state) {
    const Blake3Kernel& kernel = blake3_kernels().front();
    Blake3RootBlock root{.length = 48, .flags = kChunkStart | kChunkEnd};
    LaneSums sums;
    for ([[maybe_unused]] auto iteration : state) {
        ++root.block[0];
        kernel.add_output(root, OutputSign::plus, sums);
        benchmark::DoNotOptimize(&sums);
    }
}
BENCHMARK(blake3_add_output);

}  // namespace
}  // namespace commitbench
