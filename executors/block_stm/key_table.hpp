// SPDX-License-Identifier: Apache-2.0
// KeyTable: from keys to their entries, for any number of workers and keys that nobody declared.
#pragma once

#include "executors/block_stm/block_memory.hpp"

#include <array>
#include <bit>
#include <memory>
#include <vector>

namespace commitbench::block_stm {

/// Open addressing in levels, each twice as large as the one before and made when first needed:
///
///   level 0  [ | | |A| |B|C| ... ]      a key is looked for in kProbes slots of a level, from the
///   level 1  [ | | | | | | | | | ... ]  one its hash says, then in those of the next level
///
/// Lock-free: slots are only ever filled, so everybody who looks for a key passes the same full
/// slots and meets at the same empty one, which one compare-and-swap decides. A slot is one word:
/// 16 bits of the hash over the entry's address.
class KeyTable {
  public:
    /// Forgets all keys and makes room for `expected` of them. One thread, nobody else inside.
    void reset(std::size_t expected) {
        const std::size_t slots =
            std::bit_ceil(std::max<std::size_t>(expected * 2, std::size_t{1} << kSmallest));
        for (std::size_t level = 1; level < kLevels; ++level) {
            levels_[level].clear();
        }
        levels_[0].prepare(slots);
    }

    /// The entry of `key`, made in `memory` where there was none; `is_new` says so to exactly one
    /// caller. O(1) expected. [thread-safe]
    template<class Worker>
    Entry& find_or_make(Worker& worker, const StateKey& key, BlockMemory& memory, bool& is_new) {
        const std::uint64_t hash = hash_of(key);
        const std::uint64_t tag = hash & kTagBits;
        Entry* made = nullptr;
        is_new = false;
        for (std::size_t level = 0;; ++level) {
            const Slots slots = slots_of(worker, level);
            // The last level has as many probes as slots: it is full only where memory is.
            const std::size_t probes = level + 1 < kLevels ? kProbes : slots.count;
            for (std::size_t probe = 0; probe < probes; ++probe) {
                std::atomic<std::uint64_t>& slot =
                    slots.words[((hash >> kTagWidth) + probe) & (slots.count - 1)];
                worker.step();
                std::uint64_t word = slot.load(std::memory_order_acquire);
                if (word == 0) {
                    if (made == nullptr) {
                        made = memory.make<Entry>();
                        made->key = key;
                    }
                    worker.step();
                    if (slot.compare_exchange_strong(word, word_of(*made, tag),
                                                     std::memory_order_acq_rel)) {
                        is_new = true;
                        return *made;
                    }
                }
                if (word >> kTagShift == tag && entry_of(word)->key == key) {
                    return *entry_of(word);
                }
            }
        }
    }

  private:
    static constexpr std::size_t kProbes = 16;
    static constexpr std::size_t kLevels = 24;
    static constexpr std::size_t kSmallest = 6;  // log2 of slots
    static constexpr int kTagWidth = 16;
    static constexpr int kTagShift = 48;  // user addresses fit below
    static constexpr std::uint64_t kTagBits = 0xffff;

    using Words = std::unique_ptr<std::atomic<std::uint64_t>[]>;
    struct Slots {
        std::atomic<std::uint64_t>* words;
        std::size_t count;
    };

    /// Its memory is kept from block to block.
    struct Level {
        Words words;
        std::size_t capacity = 0;
        std::atomic<std::atomic<std::uint64_t>*> ready{nullptr};
        std::atomic<std::uint32_t> making{0};
        std::size_t count = 0;

        void prepare(std::size_t slots) {
            if (capacity < slots) {
                words = std::make_unique<std::atomic<std::uint64_t>[]>(slots);
                capacity = slots;
            } else {
                for (std::size_t i = 0; i < slots; ++i) {
                    words[i].store(0, std::memory_order_relaxed);
                }
            }
            count = slots;
            ready.store(words.get(), std::memory_order_release);
        }
        void clear() {
            ready.store(nullptr, std::memory_order_relaxed);
            making.store(0, std::memory_order_relaxed);
        }
    };

    /// All 32 bytes count: nothing bad happens to a workload whose keys are less than random.
    [[nodiscard]] static std::uint64_t hash_of(const StateKey& key) noexcept {
        std::array<std::uint64_t, 4> words{};
        std::memcpy(words.data(), key.bytes.data(), sizeof words);
        return folded(words[0] ^ 0x9e3779b97f4a7c15ULL, words[1] ^ 0xbf58476d1ce4e5b9ULL) ^
               folded(words[2] ^ 0x94d049bb133111ebULL, words[3] ^ 0xd6e8feb86659fd93ULL);
    }
    [[nodiscard]] static std::uint64_t folded(std::uint64_t a, std::uint64_t b) noexcept {
        __extension__ using Wide = unsigned __int128;
        const Wide product = static_cast<Wide>(a) * b;
        return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    }
    [[nodiscard]] static std::uint64_t word_of(const Entry& entry, std::uint64_t tag) noexcept {
        return reinterpret_cast<std::uintptr_t>(&entry) | tag << kTagShift;
    }
    [[nodiscard]] static Entry* entry_of(std::uint64_t word) noexcept {
        constexpr std::uint64_t kAddress = (std::uint64_t{1} << kTagShift) - 1;
        return reinterpret_cast<Entry*>(word & kAddress);  // NOLINT(performance-no-int-to-ptr)
    }

    template<class Worker>
    Slots slots_of(Worker& worker, std::size_t index) {
        Level& level = levels_[index];
        if (index == 0) {
            return {level.words.get(), level.count};
        }
        worker.step();
        std::atomic<std::uint64_t>* words = level.ready.load(std::memory_order_acquire);
        if (words == nullptr) {
            worker.step();
            if (level.making.exchange(1, std::memory_order_acq_rel) == 0) {
                level.prepare(levels_[index - 1].count * 2);
            }
            for (words = level.ready.load(std::memory_order_acquire); words == nullptr;
                 words = level.ready.load(std::memory_order_acquire)) {
                worker.relax();
            }
        }
        return {words, level.count};
    }

    std::array<Level, kLevels> levels_;
};

}  // namespace commitbench::block_stm
