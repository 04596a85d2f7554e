// SPDX-License-Identifier: Apache-2.0
// NibblePath: a run of nibbles inside packed bytes, and its hex-prefix form (yellow paper, appendix
// C).
//
//   hex prefix   first byte            then
//   even count   (2*leaf)   << 4       two nibbles a byte
//   odd count    (2*leaf+1) << 4 | n0  two nibbles a byte
#pragma once

#include "harness/core/arena.hpp"

#include <cstring>

namespace commitbench::mpt {

/// Borrows its bytes: a key, or the hex prefix of a loaded node. Copying is free.
class NibblePath {
  public:
    NibblePath() = default;
    /// All nibbles of `bytes`, the high one first.
    explicit NibblePath(ByteView bytes) noexcept
        : bytes_(bytes.data()), length_(static_cast<std::uint32_t>(2 * bytes.size())) {}

    [[nodiscard]] std::uint32_t size() const noexcept { return length_; }
    [[nodiscard]] bool empty() const noexcept { return length_ == 0; }

    /// INVARIANT: i < size().
    [[nodiscard]] std::uint8_t operator[](std::uint32_t i) const noexcept {
        const std::uint32_t at = start_ + i;
        const std::uint8_t byte = bytes_[at / 2];
        return at % 2 == 0 ? byte >> 4 : byte & 0xf;
    }

    /// Without the first `count` nibbles. INVARIANT: count <= size().
    [[nodiscard]] NibblePath from(std::uint32_t count) const noexcept {
        NibblePath rest = *this;
        rest.start_ += count;
        rest.length_ -= count;
        return rest;
    }

    /// The first `count` nibbles. INVARIANT: count <= size().
    [[nodiscard]] NibblePath first(std::uint32_t count) const noexcept {
        NibblePath head = *this;
        head.length_ = count;
        return head;
    }

    /// Nibbles that both begin with.
    [[nodiscard]] std::uint32_t common_prefix(const NibblePath& other) const noexcept {
        const std::uint32_t limit = std::min(length_, other.length_);
        std::uint32_t i = 0;
        if (start_ % 2 == 0 && other.start_ % 2 == 0) {
            // Both start on a byte: compare bytes, then look into the one that differs.
            const std::uint8_t* a = bytes_ + start_ / 2;
            const std::uint8_t* b = other.bytes_ + other.start_ / 2;
            while (i + 2 <= limit && *a == *b) {
                ++a;
                ++b;
                i += 2;
            }
        }
        while (i < limit && (*this)[i] == other[i]) {
            ++i;
        }
        return i;
    }

    friend bool operator==(const NibblePath& a, const NibblePath& b) noexcept {
        return a.length_ == b.length_ && a.common_prefix(b) == a.length_;
    }

    /// Bytes of the hex prefix.
    [[nodiscard]] std::size_t hex_prefix_size() const noexcept { return 1 + length_ / 2; }

    /// Writes hex_prefix_size() bytes at `out`; returns what follows them.
    std::uint8_t* put_hex_prefix(std::uint8_t* out, bool leaf) const noexcept {
        const std::uint8_t flag = leaf ? 0x20 : 0x00;
        std::uint32_t i = 0;
        if (length_ % 2 == 1) {
            *out++ = static_cast<std::uint8_t>(flag | 0x10 | (*this)[0]);
            i = 1;
        } else {
            *out++ = flag;
        }
        if ((start_ + i) % 2 == 0) {
            const std::size_t count = (length_ - i) / 2;
            if (count != 0) {
                std::memcpy(out, bytes_ + (start_ + i) / 2, count);
            }
            return out + count;
        }
        for (; i < length_; i += 2) {
            *out++ = static_cast<std::uint8_t>((*this)[i] << 4 | (*this)[i + 1]);
        }
        return out;
    }

    /// Reads a hex prefix; false where the bytes are none (empty, unknown flag, filler not 0).
    [[nodiscard]] static bool read_hex_prefix(ByteView bytes,
                                              NibblePath& path,
                                              bool& leaf) noexcept {
        if (bytes.empty() || bytes[0] >= 0x40 ||
            ((bytes[0] & 0x10) == 0 && (bytes[0] & 0xf) != 0)) {
            return false;
        }
        leaf = (bytes[0] & 0x20) != 0;
        path = NibblePath(bytes).from((bytes[0] & 0x10) != 0 ? 1 : 2);
        return true;
    }

    /// The packed bytes. INVARIANT: the path starts on a byte and has an even number of nibbles.
    [[nodiscard]] ByteView packed() const noexcept { return {bytes_ + start_ / 2, length_ / 2}; }

  private:
    friend NibblePath join(Arena&, const NibblePath&, const NibblePath&);

    const std::uint8_t* bytes_ = nullptr;
    std::uint32_t start_ = 0;   // in nibbles
    std::uint32_t length_ = 0;  // in nibbles
};

/// head then tail, packed into the arena.
[[nodiscard]] inline NibblePath join(Arena& arena, const NibblePath& head, const NibblePath& tail) {
    NibblePath joined;
    joined.length_ = head.size() + tail.size();
    std::uint8_t* bytes = arena.allocate((joined.length_ + 1) / 2 + 1);
    for (std::uint32_t i = 0; i < joined.length_; ++i) {
        const std::uint8_t nibble = i < head.size() ? head[i] : tail[i - head.size()];
        bytes[i / 2] = static_cast<std::uint8_t>(i % 2 == 0 ? nibble << 4 : bytes[i / 2] | nibble);
    }
    joined.bytes_ = bytes;
    return joined;
}

/// head, one nibble, tail.
[[nodiscard]] inline NibblePath join(Arena& arena,
                                     const NibblePath& head,
                                     std::uint8_t middle,
                                     const NibblePath& tail) {
    const std::uint8_t packed = static_cast<std::uint8_t>(middle << 4);
    return join(arena, head, join(arena, NibblePath({&packed, 1}).first(1), tail));
}

}  // namespace commitbench::mpt
