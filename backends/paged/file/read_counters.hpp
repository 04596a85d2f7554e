// SPDX-License-Identifier: Apache-2.0
// What readers of several threads count together.
#pragma once

#include <atomic>
#include <cstdint>

namespace commitbench::paged {

struct ReadCounters {
    std::atomic<std::uint64_t> records{0};
    std::atomic<std::uint64_t> bytes{0};  ///< from the disk: whole sectors
    std::atomic<std::uint64_t> batches{0};

    void add(std::uint64_t more_records, std::uint64_t more_bytes) noexcept {
        records.fetch_add(more_records, std::memory_order_relaxed);
        bytes.fetch_add(more_bytes, std::memory_order_relaxed);
        batches.fetch_add(1, std::memory_order_relaxed);
    }
};

}  // namespace commitbench::paged
