// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/page.hpp"

#include <algorithm>

namespace commitbench::paged {
namespace {

using Word = std::atomic<std::uint64_t>;
static_assert(sizeof(Word) == sizeof(std::uint64_t));

/// Rooms of a page's arrays, in elements: few sizes, so that a freed array fits the next page.
std::uint8_t next_room(std::uint32_t wanted) {
    constexpr std::array<std::uint8_t, 8> kRooms{4, 8, 16, 24, 40, 64, 96, 126};
    return *std::ranges::lower_bound(kRooms, wanted);
}

std::size_t arrays_bytes(std::uint8_t nodes, std::uint8_t refs) {
    return nodes * sizeof(Node) + refs * sizeof(Word);
}

}  // namespace

Place Page::place_of(std::uint32_t slot, const StateKey& key) const noexcept {
    const std::uint32_t level = level_of(slot);
    const std::uint32_t bits = slot - slot_of(level, 0);
    Place place{prefix_of(key, depth_), static_cast<std::uint16_t>(depth_ + level)};
    for (std::uint32_t i = 0; i < level; ++i) {
        if (((bits >> (level - 1 - i)) & 1) != 0) {
            const std::uint32_t at = depth_ + i;
            place.path.bytes[at / 8] =
                static_cast<std::uint8_t>(place.path.bytes[at / 8] | (0x80U >> at % 8));
        }
    }
    return place;
}

void Page::make_room(TreeMemory& memory, std::uint32_t nodes, std::uint32_t refs) {
    if (nodes <= node_room_ && refs <= ref_room_) {
        return;
    }
    // INVARIANT: no reader is at work while a block is applied, so plain copies will do.
    const std::uint8_t node_room = nodes <= node_room_ ? node_room_ : next_room(nodes);
    const std::uint8_t ref_room = refs <= ref_room_ ? ref_room_ : next_room(refs);
    auto* const grown = reinterpret_cast<Node*>(memory.allocate(arrays_bytes(node_room, ref_room)));
    auto* const grown_refs = reinterpret_cast<Word*>(grown + node_room);
    std::copy(nodes_, nodes_ + node_room_, grown);
    for (std::uint32_t i = 0; i < ref_room; ++i) {
        new (grown_refs + i)
            Word(i < ref_room_ ? this->refs()[i].load(std::memory_order_relaxed) : 0);
    }
    drop_arrays(memory);
    nodes_ = grown;
    node_room_ = node_room;
    ref_room_ = ref_room;
}

void Page::insert_node(TreeMemory& memory, std::uint32_t slot) {
    const std::uint32_t count = live_.size();
    const std::uint32_t rank = live_.rank(slot);
    make_room(memory, count + 1, 0);
    std::copy_backward(nodes_ + rank, nodes_ + count, nodes_ + count + 1);
    live_.add(slot);
}

void Page::insert_ref(TreeMemory& memory, std::uint32_t slot, Ref ref) {
    const std::uint32_t count = refs_mask().size();
    const std::uint32_t rank = refs_mask().rank(slot);
    make_room(memory, 0, count + 1);
    for (std::uint32_t i = count; i > rank; --i) {
        refs()[i].store(refs()[i - 1].load(std::memory_order_relaxed), std::memory_order_relaxed);
    }
    refs()[rank].store(ref.word(), std::memory_order_relaxed);
}

void Page::remove_ref(std::uint32_t slot) noexcept {
    const std::uint32_t count = refs_mask().size();
    for (std::uint32_t i = refs_mask().rank(slot); i + 1 < count; ++i) {
        refs()[i].store(refs()[i + 1].load(std::memory_order_relaxed), std::memory_order_relaxed);
    }
}

void Page::make_internal(TreeMemory& memory, std::uint32_t slot) {
    // INVARIANT: slot < kBottomSlot.
    if (!live_.has(slot)) {
        insert_node(memory, slot);
    } else if (terminal_.has(slot)) {
        remove_ref(slot);
        terminal_.remove(slot);
    }
    changed.add(slot);
}

void Page::make_internal(TreeMemory& memory, std::uint32_t slot, Ref page) {
    // INVARIANT: slot >= kBottomSlot. Terminal or internal, such a slot has a reference.
    if (live_.has(slot)) {
        terminal_.remove(slot);
        set_ref(slot, page);
    } else {
        insert_ref(memory, slot, page);
        insert_node(memory, slot);
    }
    changed.add(slot);
}

void Page::make_terminal(TreeMemory& memory, std::uint32_t slot, Ref bucket) {
    if (refs_mask().has(slot)) {
        set_ref(slot, bucket);
    } else {
        insert_ref(memory, slot, bucket);
        if (!live_.has(slot)) {
            insert_node(memory, slot);
        }
    }
    terminal_.add(slot);
    changed.add(slot);
}

void Page::make_absent(TreeMemory& /*memory*/, std::uint32_t slot) {
    changed.add(slot);
    if (!live_.has(slot)) {
        return;
    }
    if (refs_mask().has(slot)) {
        remove_ref(slot);
    }
    const std::uint32_t rank = live_.rank(slot);
    std::copy(nodes_ + rank + 1, nodes_ + live_.size(), nodes_ + rank);
    live_.remove(slot);
    terminal_.remove(slot);
}

void Page::drop_arrays(TreeMemory& memory) noexcept {
    if (nodes_ != nullptr) {
        memory.free(nodes_, arrays_bytes(node_room_, ref_room_));
    }
    nodes_ = nullptr;
    node_room_ = 0;
    ref_room_ = 0;
}

std::size_t Page::memory_bytes() const noexcept {
    return sizeof(Page) + arrays_bytes(node_room_, ref_room_);
}

}  // namespace commitbench::paged
