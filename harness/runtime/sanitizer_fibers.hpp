// SPDX-License-Identifier: Apache-2.0
// What the sanitizers must be told of fibers; nothing in a build without them.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define COMMITBENCH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COMMITBENCH_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define COMMITBENCH_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define COMMITBENCH_TSAN 1
#endif
#endif

#if defined(COMMITBENCH_ASAN)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#if defined(COMMITBENCH_TSAN)
#include <sanitizer/tsan_interface.h>
#endif

namespace commitbench::sanitizer {

/// ThreadSanitizer's name for a new fiber, or for what runs now.
inline void* create() noexcept {
#if defined(COMMITBENCH_TSAN)
    return __tsan_create_fiber(0);
#else
    return nullptr;
#endif
}
inline void* current() noexcept {
#if defined(COMMITBENCH_TSAN)
    return __tsan_get_current_fiber();
#else
    return nullptr;
#endif
}
inline void destroy([[maybe_unused]] void* fiber) noexcept {
#if defined(COMMITBENCH_TSAN)
    __tsan_destroy_fiber(fiber);
#endif
}

/// Right before a jump; `fake_stack` keeps what AddressSanitizer wants back in finish_switch().
inline void start_switch([[maybe_unused]] void*& fake_stack,
                         [[maybe_unused]] const void* lowest,
                         [[maybe_unused]] std::size_t bytes,
                         [[maybe_unused]] void* fiber) noexcept {
#if defined(COMMITBENCH_ASAN)
    __sanitizer_start_switch_fiber(&fake_stack, lowest, bytes);
#endif
#if defined(COMMITBENCH_TSAN)
    __tsan_switch_to_fiber(fiber, 0);
#endif
}
/// Right after it, on the other side; tells the stack from which it came.
inline void finish_switch([[maybe_unused]] void* fake_stack,
                          [[maybe_unused]] const void*& lowest,
                          [[maybe_unused]] std::size_t& bytes) noexcept {
#if defined(COMMITBENCH_ASAN)
    __sanitizer_finish_switch_fiber(fake_stack, &lowest, &bytes);
#endif
}

/// Nothing that lies on this stack is alive.
inline void forget_stack([[maybe_unused]] void* lowest,
                         [[maybe_unused]] std::size_t bytes) noexcept {
#if defined(COMMITBENCH_ASAN)
    __asan_unpoison_memory_region(lowest, bytes);
#endif
}

/// While alive, LeakSanitizer does not count what is allocated.
class LeaksForgiven {
  public:
    LeaksForgiven() noexcept {
#if defined(COMMITBENCH_ASAN)
        __lsan_disable();
#endif
    }
    LeaksForgiven(const LeaksForgiven&) = delete;
    LeaksForgiven& operator=(const LeaksForgiven&) = delete;
    ~LeaksForgiven() {
#if defined(COMMITBENCH_ASAN)
        __lsan_enable();
#endif
    }
};

}  // namespace commitbench::sanitizer
