// SPDX-License-Identifier: Apache-2.0
// What the plug-in interface costs: `paged` built in, the same objects behind the interface, and
// built in once more, in one process on the same blocks, a block of each in turn. Run by
// scripts/abi_cost, which compares processes: two runs of one program differ by several per cent.
//
// usage: commitbench_abi_cost PLUG-IN STORE WORKERS SEED FOLDER
// Prints, as one JSON object, ns of every block: {"built-in": {"execute": [...], "stage": [...],
// "merkleize": [...], "persist": [...]}, "plug-in": {...}, "again": {...}}. Exit code 1 where two
// roots differ, 2 where something is refused.
#include "harness/core/registry.hpp"
#include "harness/plugin/library.hpp"
#include "harness/run/first_state_load.hpp"
#include "harness/runtime/worker_pool.hpp"

#include <array>
#include <chrono>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace commitbench {
namespace {

/// Blocks that write 10,000 of 1,000,000 keys, and read as many others, one after the other.
constexpr const char* kWorkload = "kv:items=1M,block-size=10k,reads=1,rmw=1";
constexpr std::uint64_t kWarmup = 12;  // blocks
constexpr std::uint64_t kBlocks = 60;  // of each; a multiple of the six orders of three
constexpr std::uint64_t kBudget = std::uint64_t{1} << 30;

constexpr std::array<const char*, 3> kNames{"built-in", "plug-in", "again"};
constexpr std::array<std::array<std::size_t, 3>, 6> kOrders{
    {{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {0, 2, 1}, {2, 0, 1}, {1, 0, 2}}};

struct Cell {
    const char* plugin;
    std::string store;
    std::uint32_t workers;
    std::uint64_t seed;
    std::filesystem::path folder;
};

/// ns of every measured block.
struct Times {
    std::vector<std::int64_t> execute;
    std::vector<std::int64_t> stage;
    std::vector<std::int64_t> merkleize;
    std::vector<std::int64_t> persist;
};

/// Adds what `call` takes.
template<class Call>
auto timed(std::vector<std::int64_t>& times, const Call& call) {
    const auto begin = std::chrono::steady_clock::now();
    auto result = call();
    const auto end = std::chrono::steady_clock::now();
    times.push_back(std::chrono::duration_cast<std::chrono::nanoseconds>(end - begin).count());
    return result;
}

/// A backend and what executes on it.
struct Instance {
    std::unique_ptr<Backend> backend{};
    std::unique_ptr<Executor> executor{};
    Times times{};
};

Status open(const BackendComponent& component,
            const Cell& cell,
            const std::filesystem::path& folder,
            const Workload& workload,
            WorkerPool& pool,
            Instance& instance) {
    const auto choice =
        choose<BackendComponent>("backend", {&component, 1}, "paged:store=" + cell.store);
    if (!choice) {
        return choice.error();
    }
    std::filesystem::create_directories(folder);
    auto backend = component.create(
        choice->options, {.directory = folder, .memory_budget = kBudget, .workers = &pool});
    if (!backend) {
        return backend.error();
    }
    instance.backend = std::move(*backend);
    LoadRecord record;
    COMMITBENCH_TRY(
        load_first_state(*instance.backend, workload, kBudget, silent_progress(), nullptr, record));
    const auto executor = choose("executor", executor_registry(), "sequential");
    if (!executor) {
        return executor.error();
    }
    auto made = executor->component->create(executor->options, {});
    if (!made) {
        return made.error();
    }
    instance.executor = std::move(*made);
    return instance.executor->prepare(*instance.backend);
}

Result<Root> run(Instance& instance, const Block& block) {
    Times& times = instance.times;
    const auto result = timed(times.execute, [&] { return instance.executor->execute(block); });
    if (!result) {
        return result.error();
    }
    Backend& backend = *instance.backend;
    COMMITBENCH_TRY(timed(times.stage, [&] { return backend.stage((*result)->diff); }));
    auto root = timed(times.merkleize, [&] { return backend.merkleize(); });
    if (root) {
        COMMITBENCH_TRY(timed(times.persist, [&] { return backend.persist(block.number()); }));
    }
    return root;
}

std::string list_of(const std::vector<std::int64_t>& times) {
    return fmt::format("[{}]", fmt::join(times.begin() + kWarmup, times.end(), ","));
}

Status measure(const Cell& cell) {
    const auto library = plugin::open_library(cell.plugin);
    if (!library) {
        return library.error();
    }
    const auto built_in = find_component<BackendComponent>("backend", backend_registry(), "paged");
    const auto choice = choose("workload", workload_registry(), kWorkload);
    if (!built_in || !choice) {
        return built_in ? choice.error() : built_in.error();
    }
    const auto workload = choice->component->create(choice->options, cell.seed);
    if (!workload) {
        return workload.error();
    }
    const std::array<const BackendComponent*, 3> components{*built_in, &(*library)->backends.at(0),
                                                            *built_in};
    WorkerPool pool(cell.workers);
    std::array<Instance, 3> instances;
    // Who is opened first may get the better memory, so it is not always the same one.
    for (const std::size_t which : kOrders[cell.seed % kOrders.size()]) {
        COMMITBENCH_TRY(open(*components[which], cell, cell.folder / kNames[which], **workload,
                             pool, instances[which]));
    }
    for (std::uint64_t number = 1; number <= kWarmup + kBlocks; ++number) {
        const auto block = (*workload)->block(number);
        if (!block) {
            return block.error();
        }
        std::array<Root, 3> roots;
        for (const std::size_t which : kOrders[number % kOrders.size()]) {
            const auto root = run(instances[which], **block);
            if (!root) {
                return root.error();
            }
            roots[which] = *root;
        }
        if (roots[0] != roots[1] || roots[0] != roots[2]) {
            return Error{ErrorCode::mismatch, fmt::format("block {}: the roots differ", number)};
        }
    }
    std::vector<std::string> members;
    for (std::size_t which = 0; which < instances.size(); ++which) {
        const Times& times = instances[which].times;
        members.push_back(
            fmt::format(R"("{}":{{"execute":{},"stage":{},"merkleize":{},"persist":{}}})",
                        kNames[which], list_of(times.execute), list_of(times.stage),
                        list_of(times.merkleize), list_of(times.persist)));
    }
    fmt::print("{{{}}}\n", fmt::join(members, ","));
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
        return done.error().code == commitbench::ErrorCode::mismatch ? 1 : 2;
    }
    return 0;
}
