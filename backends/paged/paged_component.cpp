// SPDX-License-Identifier: Apache-2.0
// The options of backend `paged`, and what they mean.
#include "backends/paged/paged_backend.hpp"
#include "backends/paged/paged_settings.hpp"
#include "backends/store/store_options.hpp"

#include <algorithm>
#include <array>

namespace commitbench {
namespace {

using namespace paged;

constexpr std::array kOptions{
    OptionSpec{.key = "store",
               .type = OptionType::choice,
               .default_value = "memory",
               .range = "memory|lmdb|rocksdb|file",
               .help = "what keeps pages and buckets; file: the backend's own files"},
    OptionSpec{.key = "hash",
               .type = OptionType::choice,
               .default_value = "blake3",
               .range = kHashChoices,
               .help = "hash function of nodes and values"},
    OptionSpec{.key = "elide",
               .type = OptionType::integer,
               .unit = "leaves",
               .default_value = "auto",
               .range = "auto|0..128",
               .help = "sub-trees of up to so many leaves are one record with their values instead "
                       "of pages; 0 and 1: every leaf alone; auto: 3 in memory, 16 on disk"},
    OptionSpec{.key = "cache-pages",
               .type = OptionType::integer,
               .unit = "4 KiB",
               .default_value = "0",
               .range = "0..1000000000",
               .help = "memory for pages and buckets between blocks; 0: what the cell's budget "
                       "leaves beside the engine"},
    OptionSpec{.key = "prepopulate",
               .type = OptionType::boolean,
               .default_value = "off",
               .help = "on: opening takes the cache's memory from the system and reads the trie's "
                       "pages, from the root down, into up to half of it, so that a block's "
                       "writes wait for buckets alone"},
    OptionSpec{.key = "io",
               .type = OptionType::choice,
               .default_value = "auto",
               .range = "auto|uring|threads",
               .help = "store=file: how reads and writes are given to the kernel; auto: io_uring "
                       "where it is allowed"},
    OptionSpec{.key = "queue-depth",
               .type = OptionType::integer,
               .unit = "transfers",
               .default_value = "64",
               .range = "1..1024",
               .help = "store=file: reads under way at a time"},
    OptionSpec{.key = "direct",
               .type = OptionType::choice,
               .default_value = "auto",
               .range = "auto|on|off",
               .help = "on: files are read and written past the kernel's page cache, so that the "
                       "memory budget is all that caches them; auto: on with store=file, off with "
                       "rocksdb"},
    OptionSpec{.key = "witness",
               .type = OptionType::boolean,
               .default_value = "off",
               .help = "on: of every block, makes the proof of all keys read and written, and "
                       "checks that it leads to the block's root"},
};

/// What a cell needs that no cache can give up: buffers of reads and writes, a block's own records
/// and hashes, the program itself.
constexpr std::uint64_t kBesideCaches = std::uint64_t{64} << 20;

/// With an engine, what is beside all caches: the above, a block's records once more in the
/// engine's batch and write buffers, and the heap's gaps. Measured with blocks of 10,000 keys.
constexpr std::uint64_t kBesideEngine = std::uint64_t{128} << 20;

/// What an engine caches, the tree need not, and the other way round: half each of what may be
/// cached, which is never less than half of the budget.
std::uint64_t engine_share(std::uint64_t memory_budget) {
    return (memory_budget - std::min(kBesideEngine, memory_budget / 2)) / 2;
}

/// The backend's own files are read past every cache but the tree's.
std::uint64_t cache_share(std::string_view store, std::uint64_t memory_budget) {
    if (store != "file") {
        return engine_share(memory_budget);
    }
    const std::uint64_t most = memory_budget / 4 * 3;
    const std::uint64_t least = memory_budget / 4;
    return memory_budget > kBesideCaches + least ? std::min(most, memory_budget - kBesideCaches)
                                                 : least;
}

/// In memory what counts is the hashes that a bucket makes again, on disk how many records and
/// pages there are.
std::uint64_t elided_leaves(const Options& options) {
    return options.integer_or_auto("elide").value_or(options.text("store") == "memory" ? 3 : 16);
}

IoEngine io_engine(std::string_view text) {
    return text == "uring"     ? IoEngine::uring
           : text == "threads" ? IoEngine::threads
                               : IoEngine::automatic;
}

Result<bool> wants_direct(const Options& options) {
    const std::string& store = options.text("store");
    const std::string& direct = options.text("direct");
    if (store == "file") {
        return direct != "off";
    }
    if (direct == "on") {
        COMMITBENCH_TRY(check_direct(store));
    }
    return direct == "on";
}

Result<std::unique_ptr<Backend>> create(const Options& options, const CellResources& resources) {
    const std::string& store = options.text("store");
    const auto direct = wants_direct(options);
    if (!direct) {
        return direct.error();
    }
    const std::uint64_t cache = options.integer("cache-pages") * 4096;
    return open_paged_backend(
        {
            .store = store,
            .hash = hash_function(options.text("hash")),
            .limit = {.leaves = std::max(1U, static_cast<std::uint32_t>(elided_leaves(options)))},
            .direct = *direct,
            .engine_bytes = engine_share(resources.memory_budget),
            .cache_bytes = cache != 0 ? cache : cache_share(store, resources.memory_budget),
            .io = io_engine(options.text("io")),
            .queue_depth = static_cast<unsigned>(options.integer("queue-depth")),
            .prepopulate = options.boolean("prepopulate"),
            .witness = options.boolean("witness"),
        },
        resources);
}

}  // namespace

const BackendComponent kPagedComponent{
    .name = "paged",
    .summary = "a binary Merkle trie in pages with NOMT's roots",
    .options = kOptions,
    .create = create,
};

}  // namespace commitbench
