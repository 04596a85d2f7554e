// SPDX-License-Identifier: Apache-2.0
#include "harness/measure/span.hpp"

#include <chrono>
#include <ctime>

namespace commitbench {

std::uint64_t steady_now_ns() noexcept {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                          std::chrono::steady_clock::now().time_since_epoch())
                                          .count());
}

std::uint64_t process_cpu_now_ns() noexcept {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
           static_cast<std::uint64_t>(now.tv_nsec);
}

BlockSpans& BlockSpans::operator+=(const BlockSpans& more) noexcept {
    for (std::size_t i = 0; i < kPhases; ++i) {
        wall_ns[i] += more.wall_ns[i];
        cpu_ns[i] += more.cpu_ns[i];
    }
    total_ns += more.total_ns;
    return *this;
}

Span::Span(BlockTimer& timer, Phase phase) noexcept : timer_(timer), phase_(phase) {
    assert(!timer_.open_);
    timer_.open_ = true;
    wall_start_ = timer_.clocks_.wall();
}

Span::~Span() {
    const std::uint64_t wall_end = timer_.clocks_.wall();
    const auto index = static_cast<std::size_t>(phase_);
    timer_.spans_.wall_ns[index] += wall_end - wall_start_;
    const std::uint64_t cpu_end = timer_.clocks_.cpu();
    timer_.spans_.cpu_ns[index] += cpu_end - timer_.last_cpu_;
    timer_.last_cpu_ = cpu_end;
    timer_.open_ = false;
}

BlockTimer::BlockTimer(Clocks clocks) noexcept
    : clocks_(clocks), last_cpu_(clocks.cpu()), start_(clocks.wall()) {}

BlockSpans BlockTimer::finish() noexcept {
    assert(!open_);
    spans_.total_ns = clocks_.wall() - start_;
    return spans_;
}

}  // namespace commitbench
