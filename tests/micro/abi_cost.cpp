// SPDX-License-Identifier: Apache-2.0
// What the plug-in interface costs: `paged` built in, the same objects behind the interface, and
// built in once more, in one process on the same blocks, a block of each in turn. Run by
// scripts/abi_cost, which compares processes; a difference of two processes would be several per
// cent by itself.
//
// usage: commitbench_abi_cost PLUG-IN STORE WORKERS SEED FOLDER
// Prints, as one JSON object, ns of every block: {"built-in": {"read": [...], "stage": [...],
// "merkleize": [...], "persist": [...]}, "plug-in": {...}, "again": {...}}. Exit code 1 where two
// roots differ, 2 where something is refused.
#include "backends/paged/paged_backend.hpp"
#include "harness/core/options.hpp"
#include "harness/core/state_diff.hpp"
#include "harness/plugin/library.hpp"
#include "harness/runtime/worker_pool.hpp"
#include "tests/backends/map_state.hpp"

#include <array>
#include <chrono>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>
#include <random>

namespace commitbench {
namespace {

constexpr std::size_t kKeys = 1'000'000;
constexpr std::size_t kKeysOfBlock = 10'000;
constexpr std::size_t kValueBytes = 32;
constexpr std::size_t kWarmup = 12;  // blocks
constexpr std::size_t kBlocks = 60;  // of each; a multiple of the six orders of three

constexpr std::array<const char*, 3> kNames{"built-in", "plug-in", "again"};
constexpr std::array<std::array<std::size_t, 3>, 6> kOrders{
    {{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {0, 2, 1}, {2, 0, 1}, {1, 0, 2}}};

struct Times {
    std::vector<std::int64_t> read;
    std::vector<std::int64_t> stage;
    std::vector<std::int64_t> merkleize;
    std::vector<std::int64_t> persist;
};

/// Adds what `call` takes, ns.
template<class Call>
auto timed(std::vector<std::int64_t>& times, const Call& call) {
    const auto begin = std::chrono::steady_clock::now();
    auto result = call();
    const auto end = std::chrono::steady_clock::now();
    times.push_back(std::chrono::duration_cast<std::chrono::nanoseconds>(end - begin).count());
    return result;
}

/// Every key by itself, as `sequential` asks for them.
Status read_all(Backend& backend, std::span<const StateKey> keys) {
    auto reader = backend.open_reader();
    if (!reader) {
        return reader.error();
    }
    for (const StateKey& key : keys) {
        if (const auto value = (*reader)->get(key); !value) {
            return value.error();
        }
    }
    return {};
}

Result<Root> commit(Backend& backend,
                    std::uint64_t block,
                    std::span<const StateKey> reads,
                    const StateDiff& diff,
                    Times& times) {
    COMMITBENCH_TRY(timed(times.read, [&] { return read_all(backend, reads); }));
    COMMITBENCH_TRY(timed(times.stage, [&] { return backend.stage(diff); }));
    auto root = timed(times.merkleize, [&] { return backend.merkleize(); });
    if (!root) {
        return root;
    }
    COMMITBENCH_TRY(timed(times.persist, [&] { return backend.persist(block); }));
    return root;
}

Bytes random_value(std::mt19937_64& random) {
    Bytes value(kValueBytes);
    for (std::uint8_t& byte : value) {
        byte = static_cast<std::uint8_t>(random());
    }
    return value;
}

struct Cell {
    const char* plugin;
    std::string store;
    std::uint32_t workers;
    std::uint64_t seed;
    std::filesystem::path folder;
};

Status measure(const Cell& cell) {
    const auto library = plugin::open_library(cell.plugin);
    if (!library) {
        return library.error();
    }
    std::mt19937_64 random(cell.seed);
    testing::State state;
    while (state.size() < kKeys) {
        StateKey key;
        for (std::uint8_t& byte : key.bytes) {
            byte = static_cast<std::uint8_t>(random());
        }
        state[key] = random_value(random);
    }
    std::vector<StateKey> keys;
    for (const auto& [key, value] : state) {
        keys.push_back(key);
    }

    WorkerPool pool(cell.workers);
    const std::array<const BackendComponent*, 3> components{
        &kPagedComponent, &(*library)->backends.at(0), &kPagedComponent};
    std::array<std::unique_ptr<Backend>, 3> backends;
    // Who is opened first gets the better memory, so it is not always the same one.
    for (const std::size_t which : kOrders[cell.seed % kOrders.size()]) {
        const auto spec = parse_spec("paged:store=" + cell.store);
        if (!spec) {
            return spec.error();
        }
        const auto options = resolve_options("backend", *spec, components[which]->options);
        if (!options) {
            return options.error();
        }
        const std::filesystem::path folder = cell.folder / kNames[which];
        std::filesystem::create_directories(folder);
        auto backend = components[which]->create(
            *options,
            {.directory = folder, .memory_budget = std::uint64_t{1} << 30, .workers = &pool});
        if (!backend) {
            return backend.error();
        }
        testing::MapState list(state);
        COMMITBENCH_TRY((*backend)->load(list));
        backends[which] = std::move(*backend);
    }
    state.clear();

    std::array<Times, 3> times;
    std::vector<StateKey> reads;
    for (std::size_t block = 1; block <= kWarmup + kBlocks; ++block) {
        reads.clear();
        std::ranges::sample(keys, std::back_inserter(reads), kKeysOfBlock, random);
        StateDiff diff;
        for (const StateKey& key : reads) {
            diff.add(key, OldState::unknown, {}, random_value(random));
        }
        diff.sort();
        std::ranges::shuffle(reads, random);
        std::array<Root, 3> roots;
        for (const std::size_t which : kOrders[block % kOrders.size()]) {
            const auto root = commit(*backends[which], block, reads, diff, times[which]);
            if (!root) {
                return root.error();
            }
            roots[which] = *root;
        }
        if (roots[0] != roots[1] || roots[0] != roots[2]) {
            return Error{ErrorCode::corrupt, fmt::format("block {}: the roots differ", block)};
        }
    }

    std::string text;
    for (std::size_t which = 0; which < times.size(); ++which) {
        const auto list = [](const std::vector<std::int64_t>& all) {
            return fmt::format("{}", fmt::join(all.begin() + kWarmup, all.end(), ","));
        };
        text += fmt::format(
            R"({}"{}":{{"read":[{}],"stage":[{}],"merkleize":[{}],"persist":[{}]}})",
            which == 0 ? "" : ",", kNames[which], list(times[which].read), list(times[which].stage),
            list(times[which].merkleize), list(times[which].persist));
    }
    fmt::print("{{{}}}\n", text);
    return {};
}

}  // namespace
}  // namespace commitbench

int main(int count, char** words) {
    if (count != 6) {
        fmt::print(stderr,
                   "usage: commitbench_abi_cost PLUG-IN STORE WORKERS SEED FOLDER: see "
                   "scripts/abi_cost\n");
        return 2;
    }
    const commitbench::Status done =
        commitbench::measure({words[1], words[2], static_cast<std::uint32_t>(std::stoul(words[3])),
                              std::stoull(words[4]), words[5]});
    if (!done) {
        fmt::print(stderr, "abi_cost: {}\n", done.error().message);
        return done.error().code == commitbench::ErrorCode::corrupt ? 1 : 2;
    }
    return 0;
}
