// SPDX-License-Identifier: Apache-2.0
// The paged trie beside its blocks: roots from sorted leaves, the reference tree, witnesses.
//
//   root_of_sorted    the root of 1,000,000 leaves
//   sub_trees         500 sub-trees of so many leaves each, in one call
//   reference_block   apply and root of 10,000 keys of 1,000,000, spread evenly: what the ledger
//   pays witness_prove     a witness of as many, encoded; counter bytes_per_key witness_verify
//   decode it, check it and compute the root after writing half of the keys
#include "backends/paged/prover.hpp"
#include "backends/paged/reference_tree.hpp"
#include "backends/paged/root.hpp"
#include "backends/paged/witness.hpp"
#include "workloads/random.hpp"

#include <benchmark/benchmark.h>

namespace commitbench::paged {
namespace {

constexpr std::size_t kKeys = 1'000'000;
constexpr std::size_t kBlockKeys = 10'000;
constexpr std::uint32_t kBucketLeaves = 4;

const NodeHasher kHasher(HashFunction::blake3);

const std::vector<LeafEntry>& leaves() {
    static const std::vector<LeafEntry> kLeaves = [] {
        std::vector<LeafEntry> made(kKeys);
        for (std::size_t i = 0; i < made.size(); ++i) {
            made[i].key = random_key(1, Domain::account_key, {i});
            made[i].value_hash = kHasher.value_hash(made[i].key.view());
        }
        std::ranges::sort(made);
        return made;
    }();
    return kLeaves;
}

/// Keys of block `number`, spread evenly from a place of its own.
std::vector<StateKey> block_keys(std::size_t number) {
    std::vector<StateKey> keys;
    keys.reserve(kBlockKeys);
    for (std::size_t i = 0; i < kBlockKeys; ++i) {
        keys.push_back(leaves()[i * (kKeys / kBlockKeys) + number % (kKeys / kBlockKeys)].key);
    }
    return keys;
}

void count_keys(benchmark::State& state, std::size_t keys) {
    state.counters["per_key"] = benchmark::Counter(
        static_cast<double>(keys),
        benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void root_of_sorted(benchmark::State& state) {
    static_cast<void>(leaves());
    for ([[maybe_unused]] auto iteration : state) {
        benchmark::DoNotOptimize(root_of_sorted(kHasher, leaves()));
    }
    count_keys(state, kKeys);
}
BENCHMARK(root_of_sorted)->Unit(benchmark::kMillisecond);

void sub_trees(benchmark::State& state) {
    constexpr std::size_t kTrees = 500;
    const auto size = static_cast<std::size_t>(state.range(0));
    std::vector<Node> roots(kTrees);
    std::vector<SubTreeJob> jobs;
    for (std::size_t i = 0; i < kTrees; ++i) {
        const auto part = std::span(leaves()).subspan(i * size, size);
        const std::uint32_t shared = shared_bits(part.front().key, part.back().key);
        jobs.push_back({part, size == 1 ? 0 : shared, &roots[i]});
    }
    for ([[maybe_unused]] auto iteration : state) {
        make_sub_trees(kHasher, jobs);
        benchmark::ClobberMemory();
    }
    count_keys(state, kTrees * size);
}
BENCHMARK(sub_trees)->Arg(1)->Arg(4)->Arg(20)->Arg(64)->Unit(benchmark::kMicrosecond);

void reference_block(benchmark::State& state) {
    const auto tree = make_binary_reference_tree(HashFunction::blake3);
    StateDiff diff;
    for (const LeafEntry& leaf : leaves()) {
        diff.add(leaf.key, OldState::unknown, {}, leaf.key.view());
    }
    tree->apply(diff);
    static_cast<void>(tree->root());
    std::size_t number = 0;
    for ([[maybe_unused]] auto iteration : state) {
        state.PauseTiming();
        diff.clear();
        for (const StateKey& key : block_keys(++number)) {
            diff.add(key, OldState::unknown, {}, as_bytes(std::to_string(number)));
        }
        state.ResumeTiming();
        tree->apply(diff);
        benchmark::DoNotOptimize(tree->root());
    }
    count_keys(state, kBlockKeys);
}
BENCHMARK(reference_block)->Unit(benchmark::kMillisecond);

/// 1,000,000 keys in memory, each with itself as its value.
class LoadedTree {
  public:
    LoadedTree() : tree_({.limit = {.leaves = kBucketLeaves}}, pool_, nullptr) {
        std::vector<KeyWrite> writes;
        writes.reserve(kKeys);
        for (const LeafEntry& leaf : leaves()) {
            writes.push_back({leaf.key, leaf.key.view(), false});
        }
        loaded_ = tree_.open({}).ok() && tree_.stage(writes).ok() && tree_.merkleize().ok();
        tree_.end_block();
    }
    [[nodiscard]] bool loaded() const { return loaded_; }
    Tree& tree() { return tree_; }

  private:
    WorkerPool pool_{1};
    Tree tree_;
    bool loaded_ = false;
};

void witness_prove(benchmark::State& state) {
    LoadedTree loaded;
    TreeReader reader(loaded.tree(), nullptr);
    Prover prover(kHasher, reader);
    const std::vector<StateKey> keys = block_keys(0);
    Bytes bytes;
    for ([[maybe_unused]] auto iteration : state) {
        const auto witness = make_witness(prover, loaded.tree().root(), keys);
        if (!loaded.loaded() || !witness) {
            state.SkipWithError("no witness");
            return;
        }
        bytes = witness->encode();
        benchmark::DoNotOptimize(bytes.data());
    }
    count_keys(state, kBlockKeys);
    state.counters["bytes_per_key"] =
        static_cast<double>(bytes.size()) / static_cast<double>(kBlockKeys);
}
BENCHMARK(witness_prove)->Unit(benchmark::kMillisecond);

void witness_verify(benchmark::State& state) {
    LoadedTree loaded;
    TreeReader reader(loaded.tree(), nullptr);
    Prover prover(kHasher, reader);
    const std::vector<StateKey> keys = block_keys(0);
    const auto witness = make_witness(prover, loaded.tree().root(), keys);
    if (!loaded.loaded() || !witness) {
        state.SkipWithError("no witness");
        return;
    }
    const Bytes bytes = witness->encode();
    std::vector<Write> writes;
    for (std::size_t i = 0; i < keys.size(); i += 2) {
        writes.push_back({keys[i], Hash256{1}});
    }
    for ([[maybe_unused]] auto iteration : state) {
        const auto root = verify_witness(kHasher, loaded.tree().root(), bytes, writes);
        if (!root) {
            state.SkipWithError("the witness does not verify");
            return;
        }
        benchmark::DoNotOptimize(root->bytes.data());
    }
    count_keys(state, kBlockKeys);
}
BENCHMARK(witness_verify)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace commitbench::paged
