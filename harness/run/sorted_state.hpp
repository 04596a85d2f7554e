// SPDX-License-Identifier: Apache-2.0
// SortedWorkloadState: a workload's first state in the order that a backend asks for, in bounded
// memory.
//
// Only (first 8 bytes of the path, index) pairs are sorted, 16 bytes a key; key and value are made
// anew when their turn comes. Where not all pairs fit, each pass over the workload keeps the
// smallest that do and have not been given yet: memory for time, at about size / (3/4 of capacity)
// passes.
#pragma once

#include "harness/core/backend.hpp"
#include "harness/run/interrupt_flag.hpp"
#include "harness/run/progress.hpp"
#include "harness/run/state_place.hpp"

namespace commitbench {

struct SortLimits {
    std::uint64_t memory_bytes = std::uint64_t{16}
                                 << 20;  ///< for the pairs; at least 64 pairs are held
    ProgressSink* progress = nullptr;    ///< null: silent
    InterruptFlag interrupt = nullptr;
};

/// Borrows workload and backend. More pairs than fit are held only where more keys than fit share 8
/// bytes of path, which uniform keys never do. next() fails with bad_input where two keys have one
/// path, with interrupted, and with corrupt where the workload gives other keys on another pass.
class SortedWorkloadState final : public SortedState {
  public:
    SortedWorkloadState(const Workload& workload, const Backend& backend, SortLimits limits);

    [[nodiscard]] Result<bool> next(StateKey& key, ByteView& value) override;
    [[nodiscard]] std::uint64_t size() const override { return size_; }

    /// Times that the workload's keys were gone through so far.
    [[nodiscard]] std::uint64_t passes() const noexcept { return passes_; }

  private:
    Status fill();
    void keep_the_smaller_half();

    const Workload& workload_;
    const Backend& backend_;
    ProgressSink& progress_;
    InterruptFlag interrupt_;
    std::uint64_t size_;
    std::size_t capacity_;            // of places_, in pairs
    std::vector<StatePlace> places_;  // of the present pass, sorted
    std::size_t at_ = 0;              // index into places_
    std::uint64_t first_ = 0;         // prefixes below it have been given
    std::uint64_t last_ = 0;          // prefixes above it are for a later pass
    bool complete_ = false;           // the present pass reaches the largest prefix
    std::uint64_t given_ = 0;
    std::uint64_t passes_ = 0;
    Bytes value_;
};

}  // namespace commitbench
