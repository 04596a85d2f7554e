// SPDX-License-Identifier: Apache-2.0
// Bucket: the leaves of one small sub-tree, side by side, with their values.
//
// A sub-tree of few leaves is not spread over pages ("elided", as NOMT says). NOMT rebuilds such a
// sub-tree from its flat store at every touch; a bucket keeps what a rebuild needs in one place:
// the keys, each leaf's hash (so that no neighbour's value is read or hashed again), where
// neighbours part (so that the shape is known without comparing keys), and the values.
//
// The image is what stores keep, byte for byte (little-endian machines):
//
//   offset
//        0  size       u32   of the image
//        4  count      u16   leaves, 1 or more
//        6  depth      u16   of the sub-tree's root: all keys share that many bits
//        8  keys       count x 32, ascending
//           leaves     count x 32, leaf nodes (node.hpp)
//           ends       count x u32, end of each value, from the first value's start
//           parted     count x u16, bits that a key shares with the one before it (first: depth)
//           values
#pragma once

#include "backends/paged/key_bits.hpp"
#include "backends/paged/node.hpp"

#include <atomic>
#include <optional>
#include <span>

namespace commitbench::paged {

class Bucket {
  public:
    /// Bytes of an image. INVARIANT: count >= 1.
    [[nodiscard]] static constexpr std::size_t image_size(std::size_t count,
                                                          std::size_t value_bytes) noexcept {
        return kKeysAt + count * (32 + 32 + 4 + 2) + value_bytes;
    }
    /// Bytes of memory for a bucket with such an image.
    [[nodiscard]] static constexpr std::size_t memory_size(std::size_t image) noexcept {
        return sizeof(Bucket) + image;
    }
    /// Starts a bucket's life in `memory` of memory_size(image_size) bytes, aligned to 16. Size,
    /// count and depth are set; keys, leaves, values, ends and parted are the caller's to fill.
    [[nodiscard]] static Bucket* make(std::uint8_t* memory,
                                      std::size_t image,
                                      std::size_t count,
                                      std::uint32_t depth) noexcept {
        auto* bucket = new (memory) Bucket();
        bucket->set(0, static_cast<std::uint32_t>(image));
        bucket->set(4, static_cast<std::uint16_t>(count));
        bucket->set(6, static_cast<std::uint16_t>(depth));
        return bucket;
    }
    /// The same from an image that a store kept. INVARIANT: well_formed(image).
    [[nodiscard]] static Bucket* copy(std::uint8_t* memory, ByteView image) noexcept {
        auto* bucket = new (memory) Bucket();
        std::memcpy(bucket->image_bytes(), image.data(), image.size());
        return bucket;
    }
    /// Whether the sizes in it add up and its keys lie below `place` in order: enough that no
    /// access leaves the image. O(count).
    [[nodiscard]] static bool well_formed(ByteView image, const Place& place);

    [[nodiscard]] ByteView image() const noexcept { return {image_bytes(), size()}; }
    [[nodiscard]] std::size_t size() const noexcept { return get<std::uint32_t>(0); }
    [[nodiscard]] std::uint32_t count() const noexcept { return get<std::uint16_t>(4); }
    [[nodiscard]] std::uint32_t depth() const noexcept { return get<std::uint16_t>(6); }
    void set_depth(std::uint32_t depth) noexcept {
        set(6, static_cast<std::uint16_t>(depth));
        set_parted(0, depth);
    }

    [[nodiscard]] const StateKey& key(std::size_t i) const noexcept {
        return reinterpret_cast<const StateKey*>(image_bytes() + kKeysAt)[i];
    }
    [[nodiscard]] StateKey& key(std::size_t i) noexcept {
        return reinterpret_cast<StateKey*>(image_bytes() + kKeysAt)[i];
    }
    [[nodiscard]] const Node& leaf(std::size_t i) const noexcept {
        return reinterpret_cast<const Node*>(image_bytes() + leaves_at())[i];
    }
    [[nodiscard]] Node& leaf(std::size_t i) noexcept {
        return reinterpret_cast<Node*>(image_bytes() + leaves_at())[i];
    }
    [[nodiscard]] std::uint32_t parted(std::size_t i) const noexcept {
        return get<std::uint16_t>(parted_at() + 2 * i);
    }
    void set_parted(std::size_t i, std::uint32_t bits) noexcept {
        set(parted_at() + 2 * i, static_cast<std::uint16_t>(bits));
    }
    [[nodiscard]] ByteView value(std::size_t i) const noexcept {
        const std::uint32_t begin = i == 0 ? 0 : end(i - 1);
        return {image_bytes() + values_at() + begin, end(i) - begin};
    }
    /// Writes value i, whose end must be set already: in order of i, or over one of equal length.
    [[nodiscard]] std::uint8_t* value_bytes(std::size_t i) noexcept {
        return image_bytes() + values_at() + (i == 0 ? 0 : end(i - 1));
    }
    void set_end(std::size_t i, std::uint32_t end) noexcept { set(ends_at() + 4 * i, end); }

    /// First i whose key is not below `key`, from `from` on. O(count): buckets are short, and a
    /// prefix word decides.
    [[nodiscard]] std::size_t lower_bound(const StateKey& wanted,
                                          std::size_t from = 0) const noexcept {
        const std::uint64_t prefix = wanted.prefix();
        const std::size_t last = count();
        std::size_t i = from;
        while (i < last && key(i).prefix() < prefix) {
            ++i;
        }
        while (i < last && key(i).prefix() == prefix && !same_key(key(i), wanted) &&
               key(i) < wanted) {
            ++i;
        }
        return i;
    }
    [[nodiscard]] std::optional<std::size_t> find(const StateKey& wanted) const noexcept {
        const std::size_t i = lower_bound(wanted);
        return i < count() && same_key(key(i), wanted) ? std::optional(i) : std::nullopt;
    }

    // What only the copy in memory has.
    std::uint64_t stored_at = 0;  ///< where the store has this image; 0 where it has none
    bool dirty = false;           ///< differs from what the store has
    /// Set by whoever uses the bucket, cleared by the search for what to evict.
    std::atomic<bool> recent{true};

  private:
    static constexpr std::size_t kKeysAt = 8;
    [[nodiscard]] std::size_t leaves_at() const noexcept {
        return kKeysAt + std::size_t{32} * count();
    }
    [[nodiscard]] std::size_t ends_at() const noexcept {
        return kKeysAt + std::size_t{64} * count();
    }
    [[nodiscard]] std::size_t parted_at() const noexcept {
        return kKeysAt + std::size_t{68} * count();
    }
    [[nodiscard]] std::size_t values_at() const noexcept {
        return kKeysAt + std::size_t{70} * count();
    }
    [[nodiscard]] std::uint32_t end(std::size_t i) const noexcept {
        return get<std::uint32_t>(ends_at() + 4 * i);
    }

    [[nodiscard]] const std::uint8_t* image_bytes() const noexcept {
        return reinterpret_cast<const std::uint8_t*>(this + 1);
    }
    [[nodiscard]] std::uint8_t* image_bytes() noexcept {
        return reinterpret_cast<std::uint8_t*>(this + 1);
    }
    template<class T>
    [[nodiscard]] T get(std::size_t at) const noexcept {
        T number;
        std::memcpy(&number, image_bytes() + at, sizeof number);
        return number;
    }
    template<class T>
    void set(std::size_t at, T number) noexcept {
        std::memcpy(image_bytes() + at, &number, sizeof number);
    }
};
static_assert(sizeof(Bucket) == 16);

}  // namespace commitbench::paged
