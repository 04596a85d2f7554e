// SPDX-License-Identifier: Apache-2.0
// Keccak-256 at the lengths that matter: the floor under every commitment.
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
BENCHMARK(keccak256_of)->Arg(64)->Arg(104)->Arg(532)->Arg(13'600);

}  // namespace
}  // namespace commitbench
