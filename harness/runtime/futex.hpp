// SPDX-License-Identifier: Apache-2.0
// Waiting until a word changes, awake and asleep. Linux' futex, without the waiter counts and the
// spinning that std::atomic::wait adds: whoever waits here knows better how long to look and who
// may be asleep.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>

namespace commitbench {

inline constexpr std::uint32_t kWakeAll = std::numeric_limits<std::int32_t>::max();

/// Sleeps while `word` is `seen`, if it is. May return early; look again. No wake-up is lost that
/// comes after a change of the word, since the kernel compares it before it lets anyone sleep.
void futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t seen) noexcept;
/// Wakes up to `count` of those who sleep on `word`. A system call even where nobody does.
void futex_wake(const std::atomic<std::uint32_t>& word, std::uint32_t count) noexcept;

/// One turn of a busy wait: lets the other thread of the core run.
inline void pause_core() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

/// Looks until `there()` holds, which it returns, or for about so long. By the clock, because a
/// pause takes 10 ns on one processor and 50 ns on another.
template<class Condition>
bool spin_until(const Condition& there, std::chrono::nanoseconds patience) noexcept {
    constexpr int kTurnsALook = 32;  // at the clock
    std::chrono::steady_clock::time_point end{};
    for (;;) {
        for (int turn = 0; turn < kTurnsALook; ++turn) {
            if (there()) {
                return true;
            }
            pause_core();
        }
        const auto now = std::chrono::steady_clock::now();
        if (end == std::chrono::steady_clock::time_point{}) {
            end = now + patience;
        } else if (now >= end) {
            return there();
        }
    }
}

}  // namespace commitbench
