// SPDX-License-Identifier: Apache-2.0
// Random numbers by position: any number of any stream can be had alone and in any order, so that a
// workload is the same bytes whatever the order of calls and the number of threads.
//
// Source: Philox4x64-10 of Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2,
// 3", SC'11, in the authors' implementation (Random123). For one key it is a bijection of 256-bit
// counters.
#pragma once

#include "harness/core/state_key.hpp"

#include <Random123/philox.h>
#include <array>
#include <cstdint>

namespace commitbench {

/// What the numbers are for: equal positions in different domains are independent.
enum class Domain : std::uint64_t {
    account_key = 1,
    account_value,
    rank_scatter,
    transfer,
    trace_pure_read,
    trace_first_state,
    trace_made_up,
    synthetic_trace,
    fee_recipient,
    p2p,
    p2p_location,
    p2p_value,
    kv,
    kv_key,
    kv_value,
    kv_mix,
};

using RandomWords = std::array<std::uint64_t, 4>;

/// The 256 random bits of a position. About 10 ns. Pure; thread-safe.
[[nodiscard]] inline RandomWords random_words(std::uint64_t seed,
                                              Domain domain,
                                              const RandomWords& position) noexcept {
    using Philox = r123::Philox4x64;
    const Philox::key_type key{{seed, static_cast<std::uint64_t>(domain)}};
    const Philox::ctr_type counter{{position[0], position[1], position[2], position[3]}};
    const Philox::ctr_type words = Philox()(counter, key);
    return {words[0], words[1], words[2], words[3]};
}

/// The 32 bytes of a position, first word first, each least significant byte first. As a StateKey
/// they are uniform, and distinct for distinct positions of one (seed, domain).
[[nodiscard]] inline StateKey random_key(std::uint64_t seed,
                                         Domain domain,
                                         const RandomWords& position) noexcept {
    StateKey key;
    std::size_t at = 0;
    for (std::uint64_t word : random_words(seed, domain, position)) {
        for (int i = 0; i < 8; ++i, word >>= 8) {
            key.bytes[at++] = static_cast<std::uint8_t>(word & 0xff);
        }
    }
    return key;
}

/// `word` scaled to 0..n-1. INVARIANT: n > 0. Rounding down makes some results likelier than others
/// by a factor of at most 1 + n / 2^64: no test of ours could see it below n = 2^40.
[[nodiscard]] inline std::uint64_t scaled(std::uint64_t word, std::uint64_t n) noexcept {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(word) * n) >> 64);
}

/// `word` as a number strictly between 0 and 1, on a grid of 2^-53.
[[nodiscard]] inline double unit_interval(std::uint64_t word) noexcept {
    return (static_cast<double>(word >> 12) + 0.5) * 0x1p-52;
}

/// Says of a random word whether it is among a share of all words: of none at 0, of all at 1.
/// Immutable; thread-safe.
class Chance {
  public:
    /// INVARIANT: 0 <= share <= 1.
    explicit Chance(double share) noexcept
        : always_(share >= 1), below_(always_ ? 0 : static_cast<std::uint64_t>(share * 0x1p64)) {}
    [[nodiscard]] bool operator()(std::uint64_t word) const noexcept {
        return always_ || word < below_;
    }

  private:
    bool always_;
    std::uint64_t below_;
};

/// As many numbers as one consumer wants, four a call of Philox: for draws that reject. Copy it to
/// draw again.
class RandomStream {
  public:
    /// `major` and `minor`: block and transaction, or whatever names the consumer.
    RandomStream(std::uint64_t seed,
                 Domain domain,
                 std::uint64_t major,
                 std::uint64_t minor) noexcept
        : seed_(seed), domain_(domain), position_{minor, major, 0, 0} {}

    [[nodiscard]] std::uint64_t next() noexcept {
        if (used_ == words_.size()) {
            words_ = random_words(seed_, domain_, position_);
            ++position_[2];
            used_ = 0;
        }
        return words_[used_++];
    }
    /// 0..n-1. INVARIANT: n > 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t n) noexcept { return scaled(next(), n); }
    [[nodiscard]] double unit() noexcept { return unit_interval(next()); }

  private:
    std::uint64_t seed_;
    Domain domain_;
    RandomWords position_;
    RandomWords words_{};
    std::size_t used_ = 4;  // of words_
};

}  // namespace commitbench
