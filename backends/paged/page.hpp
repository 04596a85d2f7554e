// SPDX-License-Identifier: Apache-2.0
// Page: six levels of the trie, without their root, in the memory that their nodes take.
//
//   slot of a node = 2^level - 2 + its last `level` path bits       level 1..6 in the page
//
//        (the root: a bottom slot of the page above, or the trie's root)
//             0                        1                level 1
//         2       3                4       5            level 2
//         ...                                  ...
//        62 63 64 65  ...                 124 125       level 6: children of these start new pages
//
// A slot is
//   absent     an empty sub-tree (a terminator)
//   internal   two leaves or more below; its children are in this page or, from level 6, the next
//   terminal   the sub-tree below it is a Bucket
//
// Of 126 slots a bottom page uses a dozen, so nodes and references lie densely, in slot order, and
// two masks say which slots they belong to: a node is found by counting bits.
#pragma once

#include "backends/paged/key_bits.hpp"
#include "backends/paged/node.hpp"
#include "backends/paged/page_slots.hpp"
#include "backends/paged/slot_mask.hpp"
#include "backends/paged/tree_memory.hpp"

#include <atomic>

namespace commitbench::paged {

class Bucket;
class Page;

/// The slots of level 0 (none) to 6.
inline constexpr std::array<SlotMask, kPageLevels + 1> kLevelSlots{
    SlotMask{},
    SlotMask::range(0, 2),
    SlotMask::range(2, 6),
    SlotMask::range(6, 14),
    SlotMask::range(14, 30),
    SlotMask::range(30, 62),
    SlotMask::range(62, 126),
};

/// A page or a bucket: in memory, or where the store has it; with the bucket's number of leaves (a
/// page: 0), so that two neighbours can be told to fit together without being read.
class Ref {
  public:
    Ref() = default;
    [[nodiscard]] static Ref to(Page* page) noexcept {
        return Ref(kResident | reinterpret_cast<std::uintptr_t>(page));
    }
    [[nodiscard]] static Ref to(Bucket* bucket, std::uint32_t count) noexcept {
        return Ref(kResident | std::uint64_t{count} << kCountShift |
                   reinterpret_cast<std::uintptr_t>(bucket));
    }
    /// INVARIANT: place < 2^55, count < 256.
    [[nodiscard]] static Ref stored(std::uint64_t place, std::uint32_t count) noexcept {
        return Ref(std::uint64_t{count} << kCountShift | place);
    }

    [[nodiscard]] bool is_resident() const noexcept { return (word_ & kResident) != 0; }
    [[nodiscard]] std::uint32_t count() const noexcept {
        return static_cast<std::uint32_t>(word_ >> kCountShift) & 0xff;
    }
    /// INVARIANT of both: is_resident(), and the slot says which it is.
    // A pointer shares its word with flags, which keeps a slot at eight bytes.
    [[nodiscard]] Page* page() const noexcept {
        return reinterpret_cast<Page*>(word_ & kPlace);  // NOLINT(performance-no-int-to-ptr)
    }
    [[nodiscard]] Bucket* bucket() const noexcept {
        return reinterpret_cast<Bucket*>(word_ & kPlace);  // NOLINT(performance-no-int-to-ptr)
    }
    /// INVARIANT: !is_resident().
    [[nodiscard]] std::uint64_t place() const noexcept { return word_ & kPlace; }

    [[nodiscard]] std::uint64_t word() const noexcept { return word_; }
    [[nodiscard]] static Ref from_word(std::uint64_t word) noexcept { return Ref(word); }

  private:
    static constexpr std::uint64_t kResident = std::uint64_t{1} << 63;
    static constexpr std::uint32_t kCountShift = 55;
    static constexpr std::uint64_t kPlace = (std::uint64_t{1} << kCountShift) - 1;
    explicit Ref(std::uint64_t word) noexcept : word_(word) {}
    std::uint64_t word_ = 0;
};

class Page {
  public:
    /// `depth` of the page's (absent) root: a multiple of six.
    explicit Page(std::uint32_t depth) noexcept : depth_(static_cast<std::uint16_t>(depth)) {}

    [[nodiscard]] std::uint32_t depth() const noexcept { return depth_; }
    [[nodiscard]] std::uint32_t depth_of(std::uint32_t slot) const noexcept {
        return depth_ + level_of(slot);
    }

    [[nodiscard]] bool is_absent(std::uint32_t slot) const noexcept { return !live_.has(slot); }
    [[nodiscard]] bool is_terminal(std::uint32_t slot) const noexcept {
        return terminal_.has(slot);
    }
    [[nodiscard]] bool is_internal(std::uint32_t slot) const noexcept {
        return live_.has(slot) && !terminal_.has(slot);
    }
    [[nodiscard]] SlotMask internal() const noexcept {
        return {live_.word(0) & ~terminal_.word(0), live_.word(1) & ~terminal_.word(1)};
    }
    [[nodiscard]] const SlotMask& live() const noexcept { return live_; }
    [[nodiscard]] const SlotMask& terminal() const noexcept { return terminal_; }
    [[nodiscard]] bool is_empty() const noexcept { return live_.none(); }

    /// Where the path of `key` ends in this page: the first slot on it that is absent or terminal,
    /// or its bottom slot, where that is internal.
    [[nodiscard]] std::uint32_t landing_of(const StateKey& key) const noexcept {
        // At which level is as good as random, so that a loop which ends there would be
        // mispredicted for most keys: one bit a level instead. Above the bottom all slots are in
        // the first word.
        const std::uint32_t bits = bits_of(key, depth_, kPageLevels);
        const std::uint64_t above_bottom = internal().word(0);
        std::uint32_t passed = 0;
        for (std::uint32_t level = 1; level < kPageLevels; ++level) {
            const std::uint32_t slot = slot_of(level, bits >> (kPageLevels - level));
            passed |= static_cast<std::uint32_t>(above_bottom >> slot & 1) << (level - 1);
        }
        const auto level = static_cast<std::uint32_t>(std::countr_one(passed)) + 1;
        return slot_of(level, bits >> (kPageLevels - level));
    }

    /// The slot's place in the trie, given some key below the page.
    [[nodiscard]] Place place_of(std::uint32_t slot, const StateKey& key) const noexcept;

    /// INVARIANT: the slot is live. The address holds until a slot is added or removed.
    [[nodiscard]] Node& node(std::uint32_t slot) noexcept { return nodes_[live_.rank(slot)]; }
    [[nodiscard]] const Node& node(std::uint32_t slot) const noexcept {
        return nodes_[live_.rank(slot)];
    }
    [[nodiscard]] const Node* node_or_terminator(std::uint32_t slot) const noexcept {
        return live_.has(slot) ? &node(slot) : &kTerminator;
    }

    struct NodePair {
        const Node* left;
        const Node* right;
    };
    /// INVARIANT: the slot is internal; at the bottom its page is resident.
    [[nodiscard]] NodePair children_of(std::uint32_t slot) const noexcept {
        return slot >= kBottomSlot ? ref(slot).page()->pair_at(0) : pair_at(left_slot(slot));
    }
    /// Both nodes of the pair that begins at `slot`, an even one, absent ones as terminators.
    [[nodiscard]] NodePair pair_at(std::uint32_t slot) const noexcept {
        const Node* const first = nodes_ + live_.rank(slot);
        const bool has_left = live_.has(slot);
        return {has_left ? first : &kTerminator,
                live_.has(slot + 1) ? first + (has_left ? 1 : 0) : &kTerminator};
    }

    /// Asks for what ref() will look at.
    void fetch_ref(std::uint32_t slot) const noexcept {
        __builtin_prefetch(refs() + refs_mask().rank(slot));
    }

    /// INVARIANT: the slot is terminal, or internal at the bottom. Atomic because readers may bring
    /// what it refers to into memory, each at any time.
    [[nodiscard]] std::atomic<std::uint64_t>& ref_word(std::uint32_t slot) const noexcept {
        return refs()[refs_mask().rank(slot)];
    }
    [[nodiscard]] Ref ref(std::uint32_t slot) const noexcept {
        return Ref::from_word(ref_word(slot).load(std::memory_order_acquire));
    }
    void set_ref(std::uint32_t slot, Ref ref) noexcept {
        ref_word(slot).store(ref.word(), std::memory_order_release);
    }
    /// Slots that have a Ref.
    [[nodiscard]] SlotMask refs_mask() const noexcept { return terminal_ | (live_ & kBottom); }

    /// Makes the slot internal (at the bottom: with this page below), terminal or absent, whatever
    /// it was. Its node is unspecified until the block is hashed.
    void make_internal(TreeMemory& memory, std::uint32_t slot);
    void make_internal(TreeMemory& memory, std::uint32_t slot, Ref page);
    void make_terminal(TreeMemory& memory, std::uint32_t slot, Ref bucket);
    void make_absent(TreeMemory& memory, std::uint32_t slot);

    /// Gives nodes and references back; what they refer to is not touched.
    void drop_arrays(TreeMemory& memory) noexcept;
    /// Bytes of memory, this object included.
    [[nodiscard]] std::size_t memory_bytes() const noexcept;

  private:
    friend class PageCodec;
    static constexpr SlotMask kBottom = kLevelSlots[kPageLevels];

    void make_room(TreeMemory& memory, std::uint32_t nodes, std::uint32_t refs);
    void insert_node(TreeMemory& memory, std::uint32_t slot);
    void insert_ref(TreeMemory& memory, std::uint32_t slot, Ref ref);
    void remove_ref(std::uint32_t slot) noexcept;

    /// They lie behind the nodes.
    [[nodiscard]] std::atomic<std::uint64_t>* refs() const noexcept {
        return reinterpret_cast<std::atomic<std::uint64_t>*>(nodes_ + node_room_);
    }

    // First, in the order of the declaration: what a commit in memory looks at, in one line.
    SlotMask live_;
    SlotMask terminal_;
    Node* nodes_ = nullptr;  // and the references behind them
    std::uint16_t depth_;
    std::uint8_t node_room_ = 0;
    std::uint8_t ref_room_ = 0;

    // What only the copy in memory has.
  public:
    /// Set by whoever uses the page, cleared by the search for what to evict.
    std::atomic<bool> recent{true};
    bool dirty = true;  ///< the page itself differs from what the store has
    /// Slots whose node changes in the block under way, or that were made absent in it.
    SlotMask changed;

    SlotMask unwritten;           ///< slots below which something differs from what the store has
    std::uint64_t stored_at = 0;  ///< where the store has it; 0 where it has none
};

}  // namespace commitbench::paged
