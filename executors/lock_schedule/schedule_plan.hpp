// SPDX-License-Identifier: Apache-2.0
// What can be chosen of a LockScheduler.
#pragma once

#include <cstdint>

namespace commitbench {

/// Who keeps the order.
enum class Algorithm : std::uint8_t { graph, queues };

/// Which of several ready transactions runs first.
enum class ReadyOrder : std::uint8_t {
    fifo,           ///< the first in the block, but one that had to wait goes before
    critical_path,  ///< the one with the longest chain of others behind it
    contention,     ///< the one that most others wait for directly
};

struct SchedulePlan {
    Algorithm algorithm = Algorithm::graph;
    ReadyOrder order = ReadyOrder::fifo;  ///< fifo, unless algorithm is graph
    bool dedicated = false;               ///< of no effect with one worker
};

/// What a test may break, to see that it would notice. Nothing else differs from this.
struct SchedulerTraits {
    /// Looks at the queue before a worker sleeps: some 20 us.
    static constexpr std::uint32_t kLooks = 400;
    /// Faults.
    static constexpr bool kReleasesBeforeItRan = false;
    static constexpr bool kReleasesTwice = false;
    static constexpr bool kLosesWakeUps = false;
};

}  // namespace commitbench
