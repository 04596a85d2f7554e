// SPDX-License-Identifier: Apache-2.0
#include "backends/null/resident_state.hpp"

#include <array>
#include <bit>
#include <utility>

namespace commitbench {
namespace {

constexpr std::uint8_t kEmpty = 0;
constexpr std::uint8_t kErased = 1;
constexpr std::uint64_t kEveryByte = 0x0101010101010101ULL;
constexpr std::uint64_t kHighBits = 0x8080808080808080ULL;
constexpr std::uint64_t kLeastCapacity = 64;
/// Grown when fuller than 3/4, to 5/8 full: eight tags at a time find a key in one step up to
/// there, and growing by a fifth a time keeps memory close to what is needed.
constexpr std::uint64_t kFullNumerator = 3;
constexpr std::uint64_t kFullDenominator = 4;
constexpr std::uint64_t kFreshNumerator = 5;
constexpr std::uint64_t kFreshDenominator = 8;
/// Keys whose misses are under way at once: a core follows 10 to 12.
constexpr std::size_t kGroup = 16;
constexpr std::size_t kLineBytes = 64;

std::uint8_t tag_of(const StateKey& key) noexcept {
    // From the end of the key: its beginning already chose the slot. Multiplied, so that counting
    // keys differ, too.
    std::uint64_t last = 0;
    std::memcpy(&last, key.bytes.data() + 24, sizeof last);
    return static_cast<std::uint8_t>(0x80U | (last * 0x9e3779b97f4a7c15ULL) >> 57);
}

/// A high bit for each byte of `tags` that equals `tag`, and perhaps for one after such a byte: the
/// key decides.
std::uint64_t matches(std::uint64_t tags, std::uint8_t tag) noexcept {
    const std::uint64_t difference = tags ^ (kEveryByte * tag);
    return (difference - kEveryByte) & ~difference & kHighBits;
}

std::uint64_t empties(std::uint64_t tags) noexcept {
    return matches(tags, kEmpty);
}

/// Which byte the lowest set bit stands for. INVARIANT: bits != 0.
std::uint64_t first_byte(std::uint64_t bits) noexcept {
    return static_cast<std::uint64_t>(std::countr_zero(bits)) / 8;
}

bool same(const StateKey& a, const StateKey& b) noexcept {
    std::array<std::uint64_t, 4> x;
    std::array<std::uint64_t, 4> y;
    std::memcpy(x.data(), a.bytes.data(), sizeof x);
    std::memcpy(y.data(), b.bytes.data(), sizeof y);
    return ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3])) == 0;
}

/// Whole cache lines, so that a value lies in as few as it can.
std::size_t block_size(std::size_t value_size) noexcept {
    return (value_size + kLineBytes - 1) / kLineBytes * kLineBytes;
}

[[gnu::always_inline]] inline void prefetch_lines(const std::uint8_t* bytes,
                                                  std::size_t size) noexcept {
    // What follows the first four comes by the hardware's own prefetching.
    const std::size_t lines = std::min<std::size_t>(4, (size + kLineBytes - 1) / kLineBytes);
    for (std::size_t i = 0; i < lines; ++i) {
        __builtin_prefetch(bytes + i * kLineBytes, 1);
    }
}

}  // namespace

std::uint64_t ResidentState::home(const StateKey& key) const noexcept {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((Wide{key.prefix()} * capacity_) >> 64);
}

std::uint64_t ResidentState::tags_at(std::uint64_t slot) const noexcept {
    // INVARIANT: slot < capacity_, and kStep tags follow the last slot's.
    std::uint64_t tags = 0;
    std::memcpy(&tags, tags_.data() + slot, sizeof tags);
    return tags;
}

void ResidentState::set_tag(std::uint64_t slot, std::uint8_t tag) noexcept {
    tags_[slot] = tag;
    if (slot < kStep) {
        tags_[capacity_ + slot] = tag;
    }
}

std::uint64_t ResidentState::find_slot(const StateKey& key) const noexcept {
    if (size_ == 0) {
        return capacity_;
    }
    const std::uint8_t tag = tag_of(key);
    for (std::uint64_t at = home(key);; at = wrapped(at + kStep)) {
        const std::uint64_t tags = tags_at(at);
        for (std::uint64_t bits = matches(tags, tag); bits != 0; bits &= bits - 1) {
            const std::uint64_t slot = wrapped(at + first_byte(bits));
            if (same(slots_[slot].key, key)) {
                return slot;
            }
        }
        // INVARIANT: the table is never full, so an empty slot ends every search.
        if (empties(tags) != 0) {
            return capacity_;
        }
    }
}

/// The key's slot; a new one has an empty value. INVARIANT: there is room.
ResidentState::Slot& ResidentState::claim(const StateKey& key) noexcept {
    const std::uint8_t tag = tag_of(key);
    for (std::uint64_t at = home(key);; at = wrapped(at + kStep)) {
        const std::uint64_t tags = tags_at(at);
        for (std::uint64_t bits = matches(tags, tag); bits != 0; bits &= bits - 1) {
            Slot& slot = slots_[wrapped(at + first_byte(bits))];
            if (same(slot.key, key)) {
                return slot;
            }
        }
        if (const std::uint64_t bits = empties(tags); bits != 0) {
            const std::uint64_t place = wrapped(at + first_byte(bits));
            Slot& slot = slots_[place];
            slot.key = key;
            slot.value_size = 0;
            set_tag(place, tag);
            ++size_;
            return slot;
        }
    }
}

/// Asks for the line of the slot that is nearly surely the key's. Inlined by force: GCC sees no
/// effect in a call that only prefetches, and drops it.
[[gnu::always_inline]] inline void ResidentState::prefetch_slot(
    const StateKey& key) const noexcept {
    const std::uint64_t at = home(key);
    const std::uint64_t tags = tags_at(at);
    const std::uint64_t bits = matches(tags, tag_of(key)) | empties(tags);
    __builtin_prefetch(&slots_[wrapped(at + (bits == 0 ? 0 : first_byte(bits)))], 1);
}

std::optional<ByteView> ResidentState::find(const StateKey& key) const noexcept {
    const std::uint64_t slot = find_slot(key);
    return slot == capacity_ ? std::nullopt : std::optional<ByteView>{slots_[slot].value()};
}

void ResidentState::release(const Slot& slot) noexcept {
    if (!slot.is_inline()) {
        values_.free(slot.block, block_size(slot.value_size));
    }
}

void ResidentState::store(Slot& slot, ByteView value) {
    const auto size = static_cast<std::uint32_t>(value.size());
    if (value.size() <= kInlineBytes) {
        release(slot);
        slot.value_size = size;
        // Byte by byte would mispredict and a call would cost more than the copy: 8 bytes at a
        // time, overlapping.
        if (size >= 8) {
            const std::size_t middle = size > 16 ? 8 : 0;
            std::memcpy(slot.bytes, value.data(), 8);
            std::memcpy(slot.bytes + middle, value.data() + middle, 8);
            std::memcpy(slot.bytes + size - 8, value.data() + size - 8, 8);
        } else {
            std::copy(value.begin(), value.end(), slot.bytes);
        }
        return;
    }
    if (slot.is_inline() || block_size(slot.value_size) != block_size(size)) {
        std::uint8_t* const block = values_.allocate(block_size(size));
        release(slot);
        slot.block = block;
    }
    slot.value_size = size;
    std::memcpy(slot.block, value.data(), size);
}

void ResidentState::put(const StateKey& key, ByteView value) {
    if (!has_room(1)) {
        make_room(1);
    }
    store(claim(key), value);
}

void ResidentState::erase(const StateKey& key) noexcept {
    const std::uint64_t slot = find_slot(key);
    if (slot == capacity_) {
        return;
    }
    release(slots_[slot]);
    set_tag(slot, kErased);
    --size_;
    ++erased_;
}

void ResidentState::apply(std::span<const Change> changes) {
    // Only where the whole block might not fit is it worth knowing how many of its keys are new.
    if (!has_room(changes.size())) {
        if (const std::uint64_t fresh = count_new(changes); !has_room(fresh)) {
            make_room(fresh);
        }
    }
    const std::size_t count = changes.size();
    for (std::size_t i = 0; i < std::min(kGroup, count); ++i) {
        prefetch_slot(changes[i].key);
    }
    std::array<Slot*, kGroup> slots{};
    for (std::size_t begin = 0; begin < count; begin += kGroup) {
        const std::size_t group = std::min(kGroup, count - begin);
        for (std::size_t i = 0; i < group; ++i) {
            if (begin + 2 * kGroup + i < count) {
                __builtin_prefetch(tags_.data() + home(changes[begin + 2 * kGroup + i].key));
            }
            if (begin + kGroup + i < count) {
                prefetch_slot(changes[begin + kGroup + i].key);
            }
            const Change& change = changes[begin + i];
            if (change.deleted) {
                erase(change.key);
                slots[i] = nullptr;
                continue;
            }
            slots[i] = &claim(change.key);
            if (!slots[i]->is_inline()) {
                prefetch_lines(slots[i]->block, slots[i]->value_size);
            }
            prefetch_lines(change.new_value.data(), change.new_value.size());
        }
        for (std::size_t i = 0; i < group; ++i) {
            if (slots[i] != nullptr) {
                store(*slots[i], changes[begin + i].new_value);
            }
        }
    }
}

bool ResidentState::has_room(std::uint64_t keys) const noexcept {
    return (size_ + erased_ + keys) * kFullDenominator <= capacity_ * kFullNumerator;
}

void ResidentState::make_room(std::uint64_t keys) {
    rebuild(std::max(kLeastCapacity, (size_ + keys) * kFreshDenominator / kFreshNumerator + 1));
}

void ResidentState::reserve(std::uint64_t keys) {
    if (keys > size_ && !has_room(keys - size_)) {
        make_room(keys - size_);
    }
}

std::uint64_t ResidentState::count_new(std::span<const Change> changes) const noexcept {
    std::uint64_t count = 0;
    for (const Change& change : changes) {
        count += static_cast<std::uint64_t>(!change.deleted && find_slot(change.key) == capacity_);
    }
    return count;
}

void ResidentState::rebuild(std::uint64_t capacity) {
    PageVector<std::uint8_t> tags(capacity + kStep);
    PageVector<Slot> slots(capacity);
    tags_.swap(tags);
    slots_.swap(slots);
    const std::uint64_t old_capacity = std::exchange(capacity_, capacity);
    size_ = 0;
    erased_ = 0;
    for (std::uint64_t i = 0; i < old_capacity; ++i) {
        if (tags[i] >= 0x80) {
            claim(slots[i].key) = slots[i];
        }
    }
}

std::uint64_t ResidentState::bytes() const noexcept {
    return capacity_ * (sizeof(Slot) + 1) + values_.bytes_held();
}

}  // namespace commitbench
