// SPDX-License-Identifier: Apache-2.0
// SpeculationWindow: how far beyond the committed prefix transactions may be begun.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace commitbench::block_stm {

/// Grows by one with each speculative execution that commits, shrinks by an eighth with each that
/// does not: with a share p of failures it comes to rest near 8 (1 - p) / p. Where that is below
/// two, running ahead does not pay: the window closes to the one transaction on the prefix, so that
/// the other workers sleep, and opens again for a try after a number of commits that doubles with
/// each try in vain. Kept from block to block.
///
/// record(), commit_on_prefix(): one caller at a time, whoever commits.
class SpeculationWindow {
  public:
    explicit SpeculationWindow(bool adaptive)
        : adaptive_(adaptive), width_(adaptive ? kFirst : kWidest) {}

    /// Transactions from the prefix on that may run; at least 1. [thread-safe]
    [[nodiscard]] std::uint32_t width() const noexcept {
        return width_.load(std::memory_order_relaxed);
    }

    /// A transaction that did not begin on the prefix was validated.
    void record(bool committed) noexcept {
        if (!adaptive_) {
            return;
        }
        const std::uint32_t width = width_.load(std::memory_order_relaxed);
        if (committed) {
            // Nothing is written that does not change: others read it.
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

    /// A transaction that began on the prefix is committed.
    void commit_on_prefix() noexcept {
        if (width_.load(std::memory_order_relaxed) == 1 && --left_ == 0) {
            width_.store(kTry, std::memory_order_relaxed);
        }
    }

  private:
    static constexpr std::uint32_t kFirst = 32;
    static constexpr std::uint32_t kWidest = 1024;
    static constexpr std::uint32_t kTry = 3;
    static constexpr std::uint32_t kShortestPause = 32;
    static constexpr std::uint32_t kLongestPause = 1024;

    bool adaptive_;
    std::atomic<std::uint32_t> width_;
    std::uint32_t pause_ = kShortestPause;
    std::uint32_t left_ = 0;
};

}  // namespace commitbench::block_stm
