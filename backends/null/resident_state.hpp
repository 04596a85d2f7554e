// SPDX-License-Identifier: Apache-2.0
// The state as a hash table in memory: built to take a StateDiff in the time of a few cache misses,
// overlapped.
//
//   tags    one byte a slot: 0 empty, 1 erased, else 0x80 | 7 bits of the key; eight are compared
//   at once slots   64 bytes, one cache line: key, size, and the value if it has at most 24 bytes,
//   else where it is
//
// A key's home slot is its prefix scaled to the table, so keys lie nearly in order: a sorted
// StateDiff walks the tags upwards, and a growing table is copied from front to back. This leans on
// StateKeys being uniform; keys that are not cost longer searches (eight slots a step), nothing
// worse.
#pragma once

#include "backends/store/slab.hpp"
#include "harness/core/huge_pages.hpp"
#include "harness/core/state_diff.hpp"

#include <optional>

namespace commitbench {

/// Keys to values. Bytes are counted, never bounded here. Reads from many threads as long as
/// nothing is written. Functions that grow throw std::bad_alloc.
class ResidentState {
  public:
    /// O(1). The view is valid until the next write.
    [[nodiscard]] std::optional<ByteView> find(const StateKey& key) const noexcept;
    void put(const StateKey& key, ByteView value);
    void erase(const StateKey& key) noexcept;
    /// All of a block's changes. The cache misses of a group of keys overlap.
    void apply(std::span<const Change> changes);

    /// Makes room for `keys` in all.
    void reserve(std::uint64_t keys);

    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    /// Bytes held now.
    [[nodiscard]] std::uint64_t bytes() const noexcept;

  private:
    static constexpr std::size_t kInlineBytes = 24;
    /// Slots whose tags are compared in one step.
    static constexpr std::size_t kStep = 8;

    struct alignas(64) Slot {
        StateKey key;
        std::uint32_t value_size;
        std::uint32_t unused;
        union {
            std::uint8_t bytes[kInlineBytes];  // value_size <= kInlineBytes
            std::uint8_t* block;               // else, from values_
        };

        [[nodiscard]] bool is_inline() const noexcept { return value_size <= kInlineBytes; }
        [[nodiscard]] ByteView value() const noexcept {
            return {is_inline() ? bytes : block, value_size};
        }
    };
    static_assert(sizeof(Slot) == 64);

    [[nodiscard]] std::uint64_t home(const StateKey& key) const noexcept;
    [[nodiscard]] std::uint64_t tags_at(std::uint64_t slot) const noexcept;
    void set_tag(std::uint64_t slot, std::uint8_t tag) noexcept;
    [[nodiscard]] std::uint64_t wrapped(std::uint64_t slot) const noexcept {
        return slot < capacity_ ? slot : slot - capacity_;
    }
    /// The key's slot, or capacity_ where there is none.
    [[nodiscard]] std::uint64_t find_slot(const StateKey& key) const noexcept;
    Slot& claim(const StateKey& key) noexcept;
    void prefetch_slot(const StateKey& key) const noexcept;
    void store(Slot& slot, ByteView value);
    void release(const Slot& slot) noexcept;
    [[nodiscard]] bool has_room(std::uint64_t keys) const noexcept;
    void make_room(std::uint64_t keys);
    [[nodiscard]] std::uint64_t count_new(std::span<const Change> changes) const noexcept;
    void rebuild(std::uint64_t capacity);

    template<class T>
    using PageVector = std::vector<T, HugePageAllocator<T>>;

    PageVector<std::uint8_t> tags_;  // capacity_ + kStep: the first ones again at the end
    PageVector<Slot> slots_;
    std::uint64_t capacity_ = 0;
    std::uint64_t size_ = 0;
    std::uint64_t erased_ = 0;
    Slab values_;
};

}  // namespace commitbench
