// SPDX-License-Identifier: Apache-2.0
// Slots: the state of one block, one place a key.
//
// Whoever runs a transaction holds its locks, so a slot needs no versions: one writer alone, or
// readers that change nothing. Only what a slot holds first, the value before the block, may be
// brought by several at the same time (readers of one key, or who fetches ahead of them): all bring
// the same, and the first to announce it may put it down.
#pragma once

#include "harness/core/block.hpp"

#include <memory>

namespace commitbench {

enum class SlotState : std::uint8_t {
    unknown,   ///< nobody has asked for the value before the block, or written
    arriving,  ///< someone puts down the value before the block
    absent,
    present,
};

/// The value as of the last transaction that was done with the key.
struct Slot {
    std::uint8_t* value = nullptr;
    std::uint8_t* spare = nullptr;  ///< a buffer for the next value: two of them take turns
    std::uint32_t size = 0;
    std::uint32_t capacity = 0;  ///< of value; 0 where it must not be written to
    std::uint32_t spare_capacity = 0;
    SlotState state = SlotState::unknown;
    bool written = false;  ///< by a transaction that counts
};
static_assert(sizeof(Slot) == 32);

/// What was there before the block, where anyone asked.
struct BeforeBlock {
    const std::uint8_t* value = nullptr;
    std::uint32_t size = 0;
    OldState state = OldState::unknown;
};

class Slots {
  public:
    /// `count` slots about which nothing is known.
    void begin(std::size_t count) {
        slots_.assign(count, Slot());
        before_.assign(count, BeforeBlock());
    }
    [[nodiscard]] Slot& operator[](std::uint32_t key) noexcept { return slots_[key]; }
    [[nodiscard]] const Slot& operator[](std::uint32_t key) const noexcept { return slots_[key]; }
    [[nodiscard]] BeforeBlock& before(std::uint32_t key) noexcept { return before_[key]; }
    [[nodiscard]] const BeforeBlock& before(std::uint32_t key) const noexcept {
        return before_[key];
    }

    /// Adds the net writes to `diff`, whose views then point to where the values are.
    /// `keys`: of the slots. In the order of the slots.
    void collect(std::span<const StateKey> keys, StateDiff& diff) const {
        for (std::uint32_t key = 0; key < slots_.size(); ++key) {
            const Slot& slot = slots_[key];
            if (!slot.written) {
                continue;
            }
            const bool deleted = slot.state == SlotState::absent;
            const BeforeBlock& old = before_[key];
            diff.add_placed({keys[key],
                             {old.value, old.size},
                             deleted ? ByteView{} : ByteView{slot.value, slot.size},
                             old.state,
                             deleted});
        }
    }

  private:
    std::vector<Slot> slots_;
    std::vector<BeforeBlock> before_;
};

}  // namespace commitbench
