// SPDX-License-Identifier: Apache-2.0
// The trie against its hash floor: permutations it cannot avoid x the cost of one, measured in the
// same program.
//
//   fresh_trie    hash a trie of 10,000 accounts built in memory (the tree is built outside the
//   timing) bulk_load     1,000,000 sorted accounts into an empty store, to the durable end
//   commit_block  stage + merkleize + persist of 10,000 random keys on 1,000,000, memory store
//
// commit_block also with the options lanes and hash.
//
// Counter floor_ms is the floor, over_floor the time as a multiple of it (of commit_block the
// median block's).
#include "backends/mpt/mpt_backend.hpp"
#include "backends/mpt/trie_hasher.hpp"
#include "backends/mpt/trie_update.hpp"
#include "workloads/random.hpp"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>

namespace commitbench {
namespace {

constexpr std::size_t kAccounts = 1'000'000;
constexpr std::size_t kBlockKeys = 10'000;
/// With a 32-byte path and its headers this makes a leaf of about 104 bytes: an account's.
constexpr std::size_t kValueBytes = 70;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Of this thread: what other tenants of the machine take is no part of it.
double cpu_seconds() {
    std::timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

const std::vector<StateKey>& sorted_keys() {
    static const std::vector<StateKey> kKeys = [] {
        std::vector<StateKey> keys(kAccounts);
        for (std::size_t i = 0; i < keys.size(); ++i) {
            keys[i] = random_key(1, Domain::account_key, {i});
        }
        std::ranges::sort(keys);
        return keys;
    }();
    return kKeys;
}

class SortedKeys final : public SortedState {
  public:
    Result<bool> next(StateKey& key, ByteView& value) override {
        if (at_ == sorted_keys().size()) {
            return false;
        }
        key = sorted_keys()[at_++];
        std::ranges::copy(key.bytes, value_.begin());
        value = value_;
        return true;
    }
    std::uint64_t size() const override { return sorted_keys().size(); }

  private:
    std::size_t at_ = 0;
    Bytes value_ = Bytes(kValueBytes);
};

class Permutations final : public CounterVisitor {
  public:
    explicit Permutations(const Backend& backend) { backend.counters(*this); }
    void counter(std::string_view name, std::uint64_t value) override {
        if (name == "hash_permutations") {
            value_ = value;
        }
    }
    [[nodiscard]] std::uint64_t value() const { return value_; }

  private:
    std::uint64_t value_ = 0;
};

void report_floor(benchmark::State& state, std::uint64_t permutations, double seconds) {
    const double floor =
        static_cast<double>(permutations) * measure_keccak256_permutation_ns() * 1e-9;
    state.counters["permutations"] =
        static_cast<double>(permutations) / static_cast<double>(state.iterations());
    state.counters["floor_ms"] = floor * 1e3 / static_cast<double>(state.iterations());
    state.counters["over_floor"] = seconds / floor;
}

class NothingStored final : public StoreReader {
  public:
    Result<std::optional<ByteView>> get(Table, ByteView) override {
        return std::optional<ByteView>{};
    }
    Status multi_get(Table,
                     std::span<const ByteView>,
                     std::span<std::optional<ByteView>>) override {
        return {};
    }
};

void fresh_trie(benchmark::State& state) {
    const Bytes value(kValueBytes, 1);
    const std::size_t step = kAccounts / kBlockKeys;
    std::vector<mpt::PathChange> changes;
    for (std::size_t i = 0; i < kBlockKeys; ++i) {
        changes.push_back({sorted_keys()[i * step].view(), value});
    }
    Arena arena(std::size_t{1} << 20);
    NothingStored nothing;
    mpt::HashWork work;
    double seconds = 0;
    for ([[maybe_unused]] auto iteration : state) {
        arena.reset();
        mpt::NodeLoader loader(arena, nothing, Table{0});
        mpt::ChildRef root;
        if (!mpt::TrieUpdate(arena, loader).apply(root, changes)) {
            state.SkipWithError("the trie was not built");
            return;
        }
        std::vector<mpt::EncodedNode> nodes;
        const auto start = Clock::now();
        benchmark::DoNotOptimize(mpt::hash_trie(arena, root, nodes, work));
        state.SetIterationTime(seconds_since(start));
        seconds += seconds_since(start);
    }
    report_floor(state, work.permutations, seconds);
}
BENCHMARK(fresh_trie)->UseManualTime()->Unit(benchmark::kMillisecond);

/// `mpt` with these options in a folder of its own; null where it cannot be opened.
std::unique_ptr<Backend> open_mpt(const std::string& options_text,
                                  const std::filesystem::path& folder) {
    const auto spec = parse_spec("mpt:" + options_text);
    const auto options = resolve_options("backend", *spec, kMptComponent.options);
    auto backend = kMptComponent.create(
        *options, {.directory = folder, .memory_budget = std::uint64_t{1} << 30});
    return backend ? std::move(*backend) : nullptr;
}

class Folder {
  public:
    Folder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "commitbench-micro-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

void bulk_load(benchmark::State& state, const std::string& store) {
    benchmark::DoNotOptimize(sorted_keys().data());
    std::uint64_t permutations = 0;
    double seconds = 0;
    for ([[maybe_unused]] auto iteration : state) {
        const Folder folder;
        const auto backend = open_mpt("store=" + store, folder.path());
        SortedKeys keys;
        const auto start = Clock::now();
        if (backend == nullptr || !backend->load(keys)) {
            state.SkipWithError("the load failed");
            return;
        }
        state.SetIterationTime(seconds_since(start));
        seconds += seconds_since(start);
        permutations += Permutations(*backend).value();
    }
    report_floor(state, permutations, seconds);
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kAccounts));
}
BENCHMARK_CAPTURE(bulk_load, memory, "memory")
    ->UseManualTime()
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bulk_load, lmdb, "lmdb")
    ->UseManualTime()
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bulk_load, rocksdb, "rocksdb")
    ->UseManualTime()
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond);

void commit_block(benchmark::State& state, const std::string& options, mpt::HashSettings hashing) {
    const Folder folder;
    const auto backend = open_mpt(options, folder.path());
    SortedKeys keys;
    if (backend == nullptr || !backend->load(keys)) {
        state.SkipWithError("the load failed");
        return;
    }
    const std::uint64_t loaded = Permutations(*backend).value();
    // Of the blocks' multiples of their floors the median: one that another tenant of the machine
    // held up is one block.
    std::vector<double> over_floor;
    std::vector<double> milliseconds;
    std::vector<double> merkleize_cpu_ms;
    std::uint64_t block = 0;
    const double permutation_seconds =
        mpt::measure_permutation_ns(hashing.hash, hashing.lanes) * 1e-9;
    for ([[maybe_unused]] auto iteration : state) {
        ++block;
        StateDiff diff;
        std::vector<std::size_t> touched(kBlockKeys);
        for (std::size_t i = 0; i < touched.size(); ++i) {
            touched[i] = scaled(random_words(block, Domain::transfer, {i})[0], kAccounts);
        }
        std::ranges::sort(touched);
        touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
        Bytes value(kValueBytes, static_cast<std::uint8_t>(block));
        for (const std::size_t i : touched) {
            std::ranges::copy(sorted_keys()[i].bytes, value.begin());
            diff.add(sorted_keys()[i], OldState::unknown, {}, value);
        }
        const std::uint64_t before = Permutations(*backend).value();
        const auto start = Clock::now();
        const bool staged = backend->stage(diff).ok();
        const double hash_start = cpu_seconds();
        const bool hashed = staged && backend->merkleize().ok();
        const double hash_seconds = cpu_seconds() - hash_start;
        if (!hashed || !backend->persist(block)) {
            state.SkipWithError("the commit failed");
            return;
        }
        const double seconds = seconds_since(start);
        merkleize_cpu_ms.push_back(hash_seconds * 1e3);
        state.SetIterationTime(seconds);
        milliseconds.push_back(seconds * 1e3);
        over_floor.push_back(
            seconds /
            (static_cast<double>(Permutations(*backend).value() - before) * permutation_seconds));
    }
    const auto median = [](std::vector<double>& numbers) {
        const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
        std::nth_element(numbers.begin(), middle, numbers.end());
        return *middle;
    };
    state.counters["over_floor"] = median(over_floor);
    state.counters["median_ms"] = median(milliseconds);
    state.counters["merkleize_cpu_ms"] = median(merkleize_cpu_ms);
    state.counters["floor_ms"] = static_cast<double>(Permutations(*backend).value() - loaded) *
                                 permutation_seconds * 1e3 /
                                 static_cast<double>(state.iterations());
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBlockKeys));
}
void commit_block_with(const char* name, const std::string& options, mpt::HashSettings hashing) {
    benchmark::RegisterBenchmark(name, commit_block, options, hashing)
        ->UseManualTime()
        ->Iterations(13)
        ->Unit(benchmark::kMillisecond);
}
const bool kRegistered = [] {
    using mpt::TrieHash;
    commit_block_with("commit_block", "store=memory", {});
    commit_block_with("commit_block/lanes", "lanes=on", {TrieHash::keccak256, true});
    commit_block_with("commit_block/blake3", "hash=blake3", {TrieHash::blake3, false});
    commit_block_with("commit_block/blake3,lanes", "hash=blake3,lanes=on",
                      {TrieHash::blake3, true});
    return true;
}();

}  // namespace
}  // namespace commitbench
