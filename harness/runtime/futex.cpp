// SPDX-License-Identifier: Apache-2.0
#include "harness/runtime/futex.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace commitbench {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t) &&
                  std::atomic<std::uint32_t>::is_always_lock_free,
              "the kernel reads the word itself");

void futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t seen) noexcept {
    ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, seen, nullptr);
}

void futex_wake(const std::atomic<std::uint32_t>& word, std::uint32_t count) noexcept {
    ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, count);
}

}  // namespace commitbench
