// SPDX-License-Identifier: Apache-2.0
// RLP, Ethereum's encoding of byte strings and lists (yellow paper, appendix B).
//
//   one byte < 0x80            itself
//   string of 0..55 bytes      0x80 + length, bytes
//   longer string              0xb7 + (length of length), length big-endian, bytes
//   list, payload 0..55        0xc0 + length, payload
//   longer list                0xf7 + (length of length), length, payload
//
// Reading is strict: one encoding a value, so that decode then encode gives the same bytes.
#pragma once

#include "harness/core/bytes.hpp"

#include <cstring>

namespace commitbench::rlp {

enum class ReadError : std::uint8_t {
    none,
    truncated,           ///< the item says it is longer than what is left
    truncated_length,    ///< the length itself is cut off
    leading_zero,        ///< a length with a leading zero byte
    long_form_of_short,  ///< a length below 56 in the long form
    byte_with_header,    ///< a byte below 0x80 behind a header of its own
};

/// What it means, for a message: "is truncated: …".
[[nodiscard]] std::string_view describe(ReadError error) noexcept;

struct Item {
    bool list = false;
    ByteView payload;  ///< of a string its bytes, of a list its items' encodings
    ByteView raw;      ///< header and payload
};

/// Walks over the items of a list's payload (or of a file). Borrows the bytes. O(1) an item: a
/// list's payload is not looked into.
class Reader {
  public:
    explicit Reader(ByteView bytes) noexcept : rest_(bytes) {}
    [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
    [[nodiscard]] ByteView rest() const noexcept { return rest_; }
    /// Reads the next item. At the end: truncated. After an error the reader stays where it was.
    [[nodiscard]] ReadError next(Item& item) noexcept {
        // A string of 0 or 2 to 55 bytes: nearly every item of a trie node, and not worth a call.
        if (!rest_.empty() && rest_[0] >= 0x80 && rest_[0] <= 0xb7 && rest_[0] != 0x81) {
            const std::size_t length = rest_[0] - 0x80U;
            if (length < rest_.size()) {
                item = {false, rest_.subspan(1, length), rest_.first(1 + length)};
                rest_ = rest_.subspan(1 + length);
                return ReadError::none;
            }
        }
        return next_of_any_form(item);
    }

  private:
    [[nodiscard]] ReadError next_of_any_form(Item& item) noexcept;
    ByteView rest_;
};

/// Bytes of the header that stands before a payload of `length` bytes of a list or of a string that
/// is not a single byte < 0x80.
[[nodiscard]] constexpr std::size_t header_size(std::size_t length) noexcept {
    std::size_t size = 1;
    if (length > 55) {
        for (; length != 0; length >>= 8) {
            ++size;
        }
    }
    return size;
}

[[nodiscard]] inline std::size_t string_size(ByteView bytes) noexcept {
    return bytes.size() == 1 && bytes[0] < 0x80 ? 1 : header_size(bytes.size()) + bytes.size();
}

[[nodiscard]] constexpr std::size_t list_size(std::size_t payload) noexcept {
    return header_size(payload) + payload;
}

/// Writers put their bytes at `out` and return what follows them. INVARIANT: there is room.
[[nodiscard]] inline std::uint8_t* put_header(std::uint8_t* out,
                                              std::uint8_t base,
                                              std::size_t length) noexcept {
    if (length <= 55) {
        *out = static_cast<std::uint8_t>(base + length);
        return out + 1;
    }
    const std::size_t digits = header_size(length) - 1;
    *out = static_cast<std::uint8_t>(base + 55 + digits);
    for (std::size_t i = digits; i > 0; --i, length >>= 8) {
        out[i] = static_cast<std::uint8_t>(length & 0xff);
    }
    return out + 1 + digits;
}

[[nodiscard]] inline std::uint8_t* put_list_header(std::uint8_t* out,
                                                   std::size_t payload) noexcept {
    return put_header(out, 0xc0, payload);
}

[[nodiscard]] inline std::uint8_t* put_string(std::uint8_t* out, ByteView bytes) noexcept {
    if (bytes.size() != 1 || bytes[0] >= 0x80) {
        out = put_header(out, 0x80, bytes.size());
    }
    if (!bytes.empty()) {
        std::memcpy(out, bytes.data(), bytes.size());
    }
    return out + bytes.size();
}

void append_string(Bytes& out, ByteView bytes);
/// Big-endian without leading zeros; 0 is the empty string.
void append_integer(Bytes& out, std::uint64_t number);
/// `payload`: the items' encodings, one after the other.
void append_list(Bytes& out, ByteView payload);

/// Without its leading zero bytes: what RLP wants of an integer.
[[nodiscard]] inline ByteView trim_leading_zeros(ByteView big_endian) noexcept {
    while (!big_endian.empty() && big_endian[0] == 0) {
        big_endian = big_endian.subspan(1);
    }
    return big_endian;
}

}  // namespace commitbench::rlp
