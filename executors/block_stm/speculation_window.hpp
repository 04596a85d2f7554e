// SPDX-License-Identifier: Apache-2.0
// SpeculationWindow: how far beyond the committed prefix transactions may be begun.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace commitbench::block_stm {

/// Two rules, both kept from block to block:
///
/// Failures. The window grows by one with each speculative execution that commits, and shrinks by
/// an eighth with each that does not (suspended ones included): with a share p of failures it comes
/// to rest near 8 (1 - p) / p. Where that is below two, running ahead does not pay: the window
/// closes to the one transaction on the prefix, so that the other workers sleep, and opens for a
/// try after a number of commits that doubles with each try in vain.
///
/// Time. Where commits are so close that the workers may cost each other more than they help, the
/// window is closed (or opened) for a few hundred commits now and then, and stays so if these took
/// less time than those before.
///
/// Where it does not adapt it has one width, in proportion to the workers. No more than they need:
/// on a key that all write, who reads or writes it on the prefix walks past the versions of all
/// that ran ahead (1,024 wide, on two accounts, that was 20 us a transaction).
///
/// One caller at a time, whoever commits, but for width() and waste().
class SpeculationWindow {
  public:
    using Clock = std::uint64_t (*)();  ///< nanoseconds since whenever

    /// INVARIANT: workers >= 1.
    SpeculationWindow(bool adaptive, std::uint32_t workers, Clock clock)
        : adaptive_(adaptive),
          clock_(clock),
          width_(adaptive ? kFirst : std::min(workers, kWidest / kAWorker) * kAWorker) {}

    /// Transactions from the prefix on that may run; at least 1. [thread-safe]
    [[nodiscard]] std::uint32_t width() const noexcept {
        return shut_.load(std::memory_order_relaxed) != 0 ? 1
                                                          : width_.load(std::memory_order_relaxed);
    }

    /// A speculative execution ran into an estimate. [thread-safe]
    void waste() noexcept { wasted_.fetch_add(1, std::memory_order_relaxed); }

    /// Around each block.
    void begin_block() noexcept {
        mark_ns_ = adaptive_ ? clock_() : 0;
        marked_ = 0;
    }
    void end_block(std::uint32_t size) noexcept {
        if (adaptive_) {
            sample(size);
        }
    }

    /// A transaction that did not begin on the prefix was validated.
    void record(bool valid) noexcept {
        if (!adaptive_) {
            return;
        }
        // Nothing is written that does not change: others read it.
        const std::uint32_t width = width_.load(std::memory_order_relaxed);
        if (valid) {
            if (width < kWidest) {
                pause_ = kShortestPause;
                width_.store(width + 1, std::memory_order_relaxed);
            }
        } else if (width > 2) {
            width_.store(width - std::max(width / 8, 1U), std::memory_order_relaxed);
        } else if (width == 2) {
            width_.store(1, std::memory_order_relaxed);
            left_ = pause_;
            pause_ = std::min(pause_ * 2, kLongestPause);
        }
    }

    /// A transaction that began on the prefix is about to be committed.
    void record_on_prefix() noexcept {
        if (width_.load(std::memory_order_relaxed) == 1 && --left_ == 0) {
            width_.store(kTry, std::memory_order_relaxed);
        }
    }

    /// Transaction `index` is about to be committed, in whatever way.
    void count(std::uint32_t index) noexcept {
        if (adaptive_ && wasted_.load(std::memory_order_relaxed) != 0) {
            const std::uint32_t wasted = wasted_.exchange(0, std::memory_order_relaxed);
            for (std::uint32_t i = 0; i < std::min(wasted, kTry); ++i) {
                record(false);
            }
        }
        if (adaptive_ && (index + 1) % kPeriod == 0) {
            sample(index + 1);
        }
    }

  private:
    static constexpr std::uint32_t kFirst = 32;
    static constexpr std::uint32_t kWidest = 1024;
    static constexpr std::uint32_t kAWorker = 32;  // where it does not adapt
    static constexpr std::uint32_t kTry = 3;
    static constexpr std::uint32_t kShortestPause = 32;
    static constexpr std::uint32_t kLongestPause = 1024;

    static constexpr std::uint32_t kPeriod = 256;          // commits
    static constexpr std::uint32_t kShortestInterval = 4;  // periods between two tries
    static constexpr std::uint32_t kLongestInterval = 1024;
    /// Of time a commit. What workers cost each other is well below it.
    static constexpr std::uint64_t kShortNs = 3'000;

    void sample(std::uint32_t committed) noexcept {
        const std::uint64_t now = clock_();
        ns_ += now - mark_ns_;
        commits_ += committed - marked_;
        mark_ns_ = now;
        marked_ = committed;
        if (commits_ >= kPeriod) {
            end_period(ns_ / commits_);
            ns_ = commits_ = 0;
        }
    }

    void end_period(std::uint64_t cost) noexcept {
        const std::uint32_t shut = shut_.load(std::memory_order_relaxed);
        if (trying_) {
            trying_ = false;
            if (cost + cost / 16 < cost_) {
                cost_ = cost;
                interval_ = kShortestInterval;
            } else {
                shut_.store(1 - shut, std::memory_order_relaxed);
                interval_ = std::min(interval_ * 4, kLongestInterval);
            }
            until_try_ = interval_;
            return;
        }
        cost_ = cost;
        if (shut != 0 && cost > 2 * kShortNs) {
            until_try_ = 1;  // the transactions are others now
        }
        const bool may_matter =
            shut != 0 || (cost < kShortNs && width_.load(std::memory_order_relaxed) > 1);
        if (may_matter && --until_try_ == 0) {
            trying_ = true;
            shut_.store(1 - shut, std::memory_order_relaxed);
        }
    }

    bool adaptive_;
    Clock clock_;
    alignas(64) std::atomic<std::uint32_t> width_;
    std::atomic<std::uint32_t> shut_{0};  // by the rule of time
    std::atomic<std::uint32_t> wasted_{0};
    std::uint32_t pause_ = kShortestPause;
    std::uint32_t left_ = 0;

    std::uint64_t mark_ns_ = 0;  // when the last sample was taken
    std::uint32_t marked_ = 0;   // commits of the block by then
    std::uint64_t ns_ = 0;       // of the period so far
    std::uint64_t commits_ = 0;  // of the period so far
    std::uint64_t cost_ = 0;     // a commit, in the mode that is not a try
    bool trying_ = false;
    std::uint32_t until_try_ = 1;
    std::uint32_t interval_ = kShortestInterval;
};

}  // namespace commitbench::block_stm
