// SPDX-License-Identifier: Apache-2.0
// FiberSet: a few fibers on the calling thread, kept with their stacks from run to run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace commitbench {

/// Memory for one fiber, with a page below it that faults on overflow.
class FiberStack {
  public:
    /// Throws std::bad_alloc where there is no address space.
    explicit FiberStack(std::size_t bytes);
    FiberStack(FiberStack&& other) noexcept;
    FiberStack(const FiberStack&) = delete;
    FiberStack& operator=(const FiberStack&) = delete;
    FiberStack& operator=(FiberStack&&) = delete;
    ~FiberStack();

    [[nodiscard]] void* lowest() const noexcept;
    [[nodiscard]] void* top() const noexcept;
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  private:
    void* mapping_;
    std::size_t bytes_;
};

/// Fiber i calls body(argument, i), once for every time that it is switched to after the last call
/// returned. A body ends by switching away and returns when it is switched to again.
///
/// Tells the sanitizers of every switch. One thread at a time; it may be another one for each
/// enter().
class FiberSet {
  public:
    using Body = void (*)(void* argument, std::uint32_t index);

    FiberSet(std::uint32_t count, std::size_t stack_bytes, Body body, void* argument);
    FiberSet(const FiberSet&) = delete;
    FiberSet& operator=(const FiberSet&) = delete;
    /// What still runs on a fiber is forgotten, as by abandon().
    ~FiberSet();

    [[nodiscard]] std::uint32_t current() const noexcept { return current_; }

    /// From outside the fibers: returns when one of them leaves.
    void enter(std::uint32_t index) { jump(index); }
    /// From a fiber. INVARIANT: index is another one.
    void switch_to(std::uint32_t index) { jump(index); }
    /// From a fiber.
    void leave() { jump(outside_); }

    /// From outside: whatever the fiber was doing is forgotten, and it begins its body anew. Its
    /// stack is not unwound: no destructor runs, what its frames own is lost.
    void abandon(std::uint32_t index);

  private:
    struct Context {
        void* position = nullptr;            // Boost.Context's, while it does not run
        const void* stack_lowest = nullptr;  // for AddressSanitizer
        std::size_t stack_bytes = 0;         // for AddressSanitizer
        void* fake_stack = nullptr;          // AddressSanitizer's, while it does not run
        void* thread_sanitizer = nullptr;    // its name for the fiber
    };
    class Start;

    void jump(std::uint32_t to);
    void landed(void* position_of_last);
    void prepare(std::uint32_t index);

    Body body_;
    void* argument_;
    std::uint32_t outside_;  // index of the context that called enter()
    std::uint32_t current_;
    std::uint32_t last_;  // the one that ran before the current one
    std::vector<FiberStack> stacks_;
    std::vector<Context> contexts_;
};

}  // namespace commitbench
