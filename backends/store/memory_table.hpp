// SPDX-License-Identifier: Apache-2.0
// One table of the memory store: an index of hashes over records that lie in a Slab.
#pragma once

#include "harness/core/bytes.hpp"
#include "harness/core/huge_pages.hpp"

#include <absl/container/flat_hash_set.h>
#include <absl/hash/hash.h>
#include <array>
#include <cstring>

namespace commitbench::memory {

/// An entry in the slab: this header, the key's bytes, the value's bytes.
struct Record {
    std::uint32_t value_size;
    std::uint16_t key_size;

    static std::size_t size_of(std::size_t key_size, std::size_t value_size) noexcept {
        return sizeof(Record) + key_size + value_size;
    }
    [[nodiscard]] std::size_t size() const noexcept { return size_of(key_size, value_size); }
    [[nodiscard]] std::uint8_t* bytes() noexcept {
        return reinterpret_cast<std::uint8_t*>(this + 1);
    }
    [[nodiscard]] const std::uint8_t* bytes() const noexcept {
        return reinterpret_cast<const std::uint8_t*>(this + 1);
    }
    [[nodiscard]] ByteView key() const noexcept { return {bytes(), key_size}; }
    [[nodiscard]] ByteView value() const noexcept { return {bytes() + key_size, value_size}; }
    [[nodiscard]] bool has_key(ByteView key) const noexcept {
        if (key_size != key.size()) {
            return false;
        }
        // Nearly every key has 32 bytes: known to the compiler, the comparison is four words and no
        // call.
        return key.size() == 32 ? std::memcmp(bytes(), key.data(), 32) == 0
                                : std::memcmp(bytes(), key.data(), key.size()) == 0;
    }
};
static_assert(sizeof(Record) == 8);

/// The hash stands beside the pointer, so that neither a miss nor a rehash touches a record.
struct Slot {
    std::uint64_t hash;
    mutable Record*
        record;  // moves when the value outgrows its block; what the set hashes by stays
};
struct Probe {
    std::uint64_t hash;
    ByteView key;
};
/// Finds the slot that is nearly surely the one, without touching its record.
struct HashProbe {
    std::uint64_t hash;
};
struct SlotHash {
    using is_transparent = void;
    std::size_t operator()(const Slot& slot) const noexcept { return slot.hash; }
    std::size_t operator()(const Probe& probe) const noexcept { return probe.hash; }
    std::size_t operator()(const HashProbe& probe) const noexcept { return probe.hash; }
};
struct SlotEqual {
    using is_transparent = void;
    bool operator()(const Slot& a, const Slot& b) const noexcept { return a.record == b.record; }
    bool operator()(const Slot& slot, const Probe& probe) const noexcept {
        return slot.hash == probe.hash && slot.record->has_key(probe.key);
    }
    bool operator()(const Slot& slot, const HashProbe& probe) const noexcept {
        return slot.hash == probe.hash;
    }
};
using Index = absl::flat_hash_set<Slot, SlotHash, SlotEqual, HugePageAllocator<Slot>>;

/// A slot and its control byte.
constexpr std::size_t kSlotBytes = sizeof(Slot) + 1;

/// Slots of an absl table that must hold `entries`: 2^n - 1 of which 7/8 may be taken (abseil's
/// raw_hash_set).
inline std::uint64_t slots_for(std::uint64_t entries) {
    std::uint64_t slots = 1;
    while (slots - slots / 8 < entries) {
        slots = slots * 2 + 1;
    }
    return slots;
}

/// Misses to have under way at once: a core follows 10 to 12 lines, and what is asked for earlier
/// waits longer in L1.
constexpr std::size_t kGroup = 32;

/// Borrows its records. Reads from many threads as long as nothing is written.
class MemoryTable {
  public:
    explicit MemoryTable(bool uniform_keys) : uniform_keys_(uniform_keys) {}

    [[nodiscard]] std::uint64_t hash(ByteView key) const noexcept {
        if (!uniform_keys_ || key.size() != 32) {
            return absl::Hash<std::string_view>{}(as_text(key));
        }
        // Uniform keys need no hash function. One multiplication folds the last word in, so that
        // keys that merely count (a hand-written script) do not all meet in one slot.
        std::uint64_t first = 0;
        std::uint64_t last = 0;
        std::memcpy(&first, key.data(), sizeof first);
        std::memcpy(&last, key.data() + 24, sizeof last);
        return first ^
               (last * 0x9e3779b97f4a7c15ULL);  // 2^64 / golden ratio: odd, bits well spread
    }

    [[nodiscard]] const Record* find(ByteView key) const {
        const auto slot = index.find(Probe{hash(key), key});
        return slot == index.end() ? nullptr : slot->record;
    }

    /// records[i] = the record of keys[i] or null. The cache misses of a group overlap: first all
    /// control bytes and slots, then all records, then the comparison of keys. INVARIANT:
    /// keys.size() <= kGroup and the spans are equally long.
    void find_group(std::span<const ByteView> keys, std::span<Record*> records) const {
        std::array<std::uint64_t, kGroup> hashes{};
        for (std::size_t i = 0; i < keys.size(); ++i) {
            hashes[i] = hash(keys[i]);
            index.prefetch(HashProbe{hashes[i]});
        }
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const auto slot = index.find(HashProbe{hashes[i]});
            records[i] = slot == index.end() ? nullptr : slot->record;
            if (records[i] != nullptr) {
                __builtin_prefetch(records[i]);
                __builtin_prefetch(reinterpret_cast<const char*>(records[i]) + 64);
            }
        }
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (records[i] != nullptr && !records[i]->has_key(keys[i])) {
                // Two keys share 64 bits of hash: the right one is elsewhere, if anywhere.
                const auto slot = index.find(Probe{hashes[i], keys[i]});
                records[i] = slot == index.end() ? nullptr : slot->record;
            }
        }
    }

    [[nodiscard]] std::uint64_t bytes() const { return index.capacity() * kSlotBytes; }
    /// Bytes at the worst moment of growing by `entries`, when the old index still stands beside
    /// the new one.
    [[nodiscard]] std::uint64_t bytes_while_growing(std::uint64_t entries) const {
        const std::uint64_t slots = slots_for(index.size() + entries);
        return slots <= index.capacity() ? bytes() : bytes() + slots * kSlotBytes;
    }

    Index index;

  private:
    bool uniform_keys_;
};

}  // namespace commitbench::memory
