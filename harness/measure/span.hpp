// SPDX-License-Identifier: Apache-2.0
// Spans: where a block's wall time went, phase by phase.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <string_view>

namespace commitbench {

/// The timed arrows of the design, in order of time.
enum class Phase : std::uint8_t { execute, stage, merkleize, persist };

inline constexpr std::size_t kPhases = 4;
inline constexpr std::array<std::string_view, kPhases> kPhaseNames{"execute", "stage", "merkleize",
                                                                   "persist"};

/// Nanoseconds of the steady clock.
[[nodiscard]] std::uint64_t steady_now_ns() noexcept;
/// Nanoseconds of CPU that all threads of this process have used.
[[nodiscard]] std::uint64_t process_cpu_now_ns() noexcept;

/// One block's times. `other` is what lies between the spans: wall less their sum, never hidden.
struct BlockSpans {
    std::array<std::uint64_t, kPhases> wall_ns{};
    std::array<std::uint64_t, kPhases> cpu_ns{};  ///< of all threads, user and system
    std::uint64_t total_ns = 0;

    [[nodiscard]] std::uint64_t wall(Phase phase) const noexcept {
        return wall_ns[static_cast<std::size_t>(phase)];
    }
    [[nodiscard]] std::uint64_t cpu(Phase phase) const noexcept {
        return cpu_ns[static_cast<std::size_t>(phase)];
    }
    [[nodiscard]] std::uint64_t other_ns() const noexcept {
        std::uint64_t sum = 0;
        for (const std::uint64_t ns : wall_ns) {
            sum += ns;
        }
        return total_ns - sum;
    }
    BlockSpans& operator+=(const BlockSpans& more) noexcept;
};

/// Where spans take their time from; tests give their own.
struct Clocks {
    std::uint64_t (*wall)() noexcept = &steady_now_ns;
    std::uint64_t (*cpu)() noexcept = &process_cpu_now_ns;
};

class BlockTimer;

/// The time from its making to its end. Losing it at once would time nothing, hence [[nodiscard]].
class [[nodiscard]] Span {
  public:
    Span(const Span&) = delete;
    Span& operator=(const Span&) = delete;
    ~Span();

  private:
    friend class BlockTimer;
    Span(BlockTimer& timer, Phase phase) noexcept;

    BlockTimer& timer_;
    Phase phase_;
    std::uint64_t wall_start_;
};

/// Times one block: made before the first phase, finished after the last. The CPU clock is a system
/// call (some 200 ns): it is read once at the end of each span, outside the wall span, and shows up
/// in `other`. CPU time between two spans counts for the second. One thread.
class [[nodiscard]] BlockTimer {
  public:
    explicit BlockTimer(Clocks clocks = {}) noexcept;
    BlockTimer(const BlockTimer&) = delete;
    BlockTimer& operator=(const BlockTimer&) = delete;

    /// INVARIANT: no other span of this timer is open (checked): spans would be counted twice.
    Span span(Phase phase) noexcept { return {*this, phase}; }
    /// Stops the wall clock. INVARIANT: no span is open.
    [[nodiscard]] BlockSpans finish() noexcept;

  private:
    friend class Span;
    Clocks clocks_;
    BlockSpans spans_;
    bool open_ = false;
    std::uint64_t last_cpu_;
    std::uint64_t start_;
};

}  // namespace commitbench
