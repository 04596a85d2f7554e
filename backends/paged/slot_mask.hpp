// SPDX-License-Identifier: Apache-2.0
// SlotMask: a set of a page's 126 slots.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace commitbench::paged {

class SlotMask {
  public:
    constexpr SlotMask() = default;
    constexpr SlotMask(std::uint64_t low, std::uint64_t high) noexcept : words_{low, high} {}

    /// Slots [first, last).
    [[nodiscard]] static constexpr SlotMask range(std::uint32_t first,
                                                  std::uint32_t last) noexcept {
        SlotMask mask;
        for (std::uint32_t slot = first; slot < last; ++slot) {
            mask.add(slot);
        }
        return mask;
    }

    [[nodiscard]] constexpr bool has(std::uint32_t slot) const noexcept {
        return ((words_[slot / 64] >> slot % 64) & 1) != 0;
    }
    constexpr void add(std::uint32_t slot) noexcept {
        words_[slot / 64] |= std::uint64_t{1} << slot % 64;
    }
    constexpr void remove(std::uint32_t slot) noexcept {
        words_[slot / 64] &= ~(std::uint64_t{1} << slot % 64);
    }
    [[nodiscard]] constexpr bool none() const noexcept { return (words_[0] | words_[1]) == 0; }
    [[nodiscard]] constexpr std::uint32_t size() const noexcept {
        return static_cast<std::uint32_t>(std::popcount(words_[0]) + std::popcount(words_[1]));
    }
    /// Members below `slot`.
    [[nodiscard]] constexpr std::uint32_t rank(std::uint32_t slot) const noexcept {
        const std::uint64_t below = (std::uint64_t{1} << slot % 64) - 1;
        return slot < 64 ? static_cast<std::uint32_t>(std::popcount(words_[0] & below))
                         : static_cast<std::uint32_t>(std::popcount(words_[0]) +
                                                      std::popcount(words_[1] & below));
    }
    /// Visits the members in ascending order. The visitor may change the mask that it was made
    /// from.
    template<class Visit>
    constexpr void for_each(Visit visit) const {
        for (std::uint32_t word = 0; word < 2; ++word) {
            for (std::uint64_t rest = words_[word]; rest != 0; rest &= rest - 1) {
                visit(word * 64 + static_cast<std::uint32_t>(std::countr_zero(rest)));
            }
        }
    }
    [[nodiscard]] constexpr std::uint64_t word(std::size_t i) const noexcept { return words_[i]; }

    friend constexpr SlotMask operator|(const SlotMask& a, const SlotMask& b) noexcept {
        return {a.words_[0] | b.words_[0], a.words_[1] | b.words_[1]};
    }
    friend constexpr SlotMask operator&(const SlotMask& a, const SlotMask& b) noexcept {
        return {a.words_[0] & b.words_[0], a.words_[1] & b.words_[1]};
    }
    constexpr bool operator==(const SlotMask&) const = default;

  private:
    std::array<std::uint64_t, 2> words_{};
};

}  // namespace commitbench::paged
