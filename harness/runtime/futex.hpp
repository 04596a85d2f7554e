// SPDX-License-Identifier: Apache-2.0
// Sleeping until a word changes. Linux' futex, without the waiter counts and the spinning that
// std::atomic::wait adds: whoever waits here knows better how long to spin and who may be asleep.
#pragma once

#include <atomic>
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

/// Returns once `word` is not `seen`: looks up to `spins` times, then sleeps.
inline void spin_then_sleep(const std::atomic<std::uint32_t>& word,
                            std::uint32_t seen,
                            std::uint32_t spins) noexcept {
    for (std::uint32_t i = 0; i < spins; ++i) {
        if (word.load(std::memory_order_acquire) != seen) {
            return;
        }
        pause_core();
    }
    while (word.load(std::memory_order_acquire) == seen) {
        futex_wait(word, seen);
    }
}

}  // namespace commitbench
