// SPDX-License-Identifier: Apache-2.0
// The values that one transaction works on: each is read once, changed in place, and written at the
// end. So a transaction that is refused after some of its changes leaves nothing behind.
#pragma once

#include "harness/core/block.hpp"

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <new>
#include <optional>
#include <type_traits>

namespace commitbench {

/// A value of 64-bit words, 8 bytes each in the state, big-endian. The last one is a digest of all
/// that was read by the transaction that wrote it: a wrong read reaches every later reader.
template<class V>
concept WordValue = std::is_trivially_copyable_v<V> && std::is_standard_layout_v<V> &&
    requires(V value) {
    { value.digest } -> std::same_as<std::uint64_t&>;
} && sizeof(V) % sizeof(std::uint64_t) == 0 &&
    offsetof(V, digest) == sizeof(V) - sizeof(std::uint64_t);

/// Turns the words of a value of `size` bytes from the machine's order into big-endian, or back.
void swap_words(std::uint8_t* words, std::size_t size) noexcept;

/// The bytes of `value` in the state, written over `bytes`.
template<WordValue V>
void put_words(Bytes& bytes, const V& value) {
    bytes.resize(sizeof(V));
    std::memcpy(bytes.data(), &value, sizeof(V));
    swap_words(bytes.data(), sizeof(V));
}

/// Nothing where the length is another than V's.
template<WordValue V>
[[nodiscard]] std::optional<V> get_words(ByteView bytes) {
    if (bytes.size() != sizeof(V)) {
        return std::nullopt;
    }
    std::array<std::uint8_t, sizeof(V)> words;  // NOLINT(*-member-init)
    std::memcpy(words.data(), bytes.data(), sizeof(V));
    swap_words(words.data(), sizeof(V));
    return std::bit_cast<V>(words);
}

/// See the top. Made on the stack for one run of one transaction; nothing is allocated. The order
/// of writes is that of the first reads.
class WorkingSet {
    struct Entry;

  public:
    static constexpr std::size_t kMostValues = 64;
    static constexpr std::size_t kLargestValue = 72;

    /// `digest`: what tells this transaction from others.
    WorkingSet(StateAccess& state, std::uint64_t digest) noexcept
        : state_(state), digest_(digest) {}
    WorkingSet(const WorkingSet&) = delete;
    WorkingSet& operator=(const WorkingSet&) = delete;
    ~WorkingSet() = default;

    /// One value. Valid as long as the set.
    template<WordValue V>
    class Held {
      public:
        /// False: the state cannot be right, or the executor said stop. The transaction must return
        /// refused() at once.
        [[nodiscard]] explicit operator bool() const noexcept { return entry_ != nullptr; }
        // INVARIANT of all below: true.
        [[nodiscard]] bool present() const noexcept { return entry_->present; }
        /// All words are 0 where it is absent.
        [[nodiscard]] const V* operator->() const noexcept { return words(); }
        /// To be changed; it will be present.
        [[nodiscard]] V& change() const noexcept {
            entry_->present = true;
            entry_->changed = true;
            return *words();
        }
        /// It will be absent, its words 0.
        void erase() const noexcept {
            *words() = {};
            entry_->present = false;
            entry_->changed = true;
        }

      private:
        friend class WorkingSet;
        explicit Held(Entry* entry) noexcept : entry_(entry) {}
        [[nodiscard]] V* words() const noexcept {
            return std::launder(reinterpret_cast<V*>(entry_->value.data()));
        }
        Entry* entry_;
    };

    /// The value at `key`, as the transaction left it. A value of another length is no value of a
    /// state that is right; nor is an absent one with present().
    template<WordValue V>
    [[nodiscard]] Held<V> present(const StateKey& key) noexcept {
        static_assert(sizeof(V) <= kLargestValue);
        return Held<V>(find(key, sizeof(V), true));
    }
    template<WordValue V>
    [[nodiscard]] Held<V> maybe(const StateKey& key) noexcept {
        static_assert(sizeof(V) <= kLargestValue);
        return Held<V>(find(key, sizeof(V), false));
    }

    /// The number at `key` as StateAccess::add keeps it: 8 bytes, without room for a digest, and so
    /// no Held; whoever changes it writes it after accepted(). Nothing where the transaction must
    /// return refused() at once.
    [[nodiscard]] std::optional<std::uint64_t> counter(const StateKey& key) noexcept;

    /// The transaction's receipt after `units` of work on everything that was read. Accepted: what
    /// was changed is written. Refused: nothing is.
    [[nodiscard]] Receipt accepted(std::uint64_t units) noexcept;
    [[nodiscard]] Receipt refused(std::uint64_t units) const noexcept;

  private:
    // Without initialisers: only entries that are in use are ever touched.
    struct Entry {
        alignas(8) std::array<std::uint8_t, kLargestValue> value;
        std::array<std::uint8_t, sizeof(StateKey)> key;
        std::uint32_t size;
        bool was_present;
        bool present;
        bool changed;
    };

    /// Reads and folds; nothing where the executor said stop.
    [[nodiscard]] std::optional<StateRead> read(const StateKey& key) noexcept;
    /// Null where the transaction must end.
    [[nodiscard]] Entry* find(const StateKey& key, std::size_t size, bool must_exist) noexcept;

    StateAccess& state_;
    std::uint64_t digest_;
    bool stopped_ = false;
    std::size_t used_ = 0;
    std::array<Entry, kMostValues> entries_;  // NOLINT(*-member-init)
};

}  // namespace commitbench
