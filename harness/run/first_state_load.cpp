// SPDX-License-Identifier: Apache-2.0
#include "harness/run/first_state_load.hpp"

#include "harness/measure/span.hpp"
#include "harness/run/sorted_state.hpp"

#include <fmt/format.h>
#include <vector>
#include <xxhash.h>

namespace commitbench {
namespace {

/// Part of the memory budget that sorting the first state may take: little enough for the backend
/// to have the rest.
constexpr std::uint64_t kSortShare = 16;

/// Entries at either end that are all looked at: what is not like the rest (a fee recipient, a
/// pool) stands there.
constexpr std::uint64_t kEnd = 4096;

}  // namespace

Status load_first_state(Backend& backend,
                        const Workload& workload,
                        std::uint64_t memory_budget,
                        ProgressSink& progress,
                        InterruptFlag interrupt,
                        LoadRecord& record) {
    reset_peak_rss();
    const std::uint64_t start = steady_now_ns();
    {
        SortedWorkloadState state(workload, backend,
                                  {memory_budget / kSortShare, &progress, interrupt});
        COMMITBENCH_TRY(backend.load(state));
        record.keys = state.size();
        record.passes = state.passes();
    }
    record.seconds = static_cast<double>(steady_now_ns() - start) / 1e9;
    const ProcessCounters loaded = sample_process_counters();
    record.peak_rss_bytes = loaded.peak_rss_bytes;
    record.rss_file_bytes = loaded.rss_file_bytes;
    return {};
}

std::string first_state_digest(const Workload& workload) {
    const std::uint64_t keys = workload.state_size();
    std::vector<std::uint8_t> text;
    Bytes value;
    const auto add = [&](std::uint64_t index) {
        const StateKey key = workload.key(index);
        workload.value(index, value);
        text.insert(text.end(), key.view().begin(), key.view().end());
        const std::uint64_t size = value.size();
        for (unsigned shift = 0; shift < 64; shift += 8) {
            text.push_back(static_cast<std::uint8_t>(size >> shift));
        }
        text.insert(text.end(), value.begin(), value.end());
    };
    if (keys <= kDigestEntries) {
        for (std::uint64_t index = 0; index < keys; ++index) {
            add(index);
        }
    } else {
        for (std::uint64_t i = 0; i < kEnd; ++i) {
            add(i);
            add(keys - 1 - i);
        }
        const std::uint64_t spread = kDigestEntries - 2 * kEnd;
        for (std::uint64_t i = 0; i < spread; ++i) {
            add(kEnd + (keys - 2 * kEnd) / spread * i);
        }
    }
    const XXH128_hash_t hash = XXH3_128bits_withSeed(text.data(), text.size(), keys);
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace commitbench
