// SPDX-License-Identifier: Apache-2.0
#include "codec/rlp.hpp"

#include <array>

namespace commitbench::rlp {

std::string_view describe(ReadError error) noexcept {
    switch (error) {
        case ReadError::none:
            return "is well-formed";
        case ReadError::truncated:
            return "is truncated: an item is longer than what is left";
        case ReadError::truncated_length:
            return "is truncated inside a length";
        case ReadError::leading_zero:
            return "is not canonical: a length begins with a zero byte";
        case ReadError::long_form_of_short:
            return "is not canonical: a length below 56 in the long form";
        case ReadError::byte_with_header:
            return "is not canonical: a single byte below 0x80 behind a header";
    }
    return "";
}

ReadError Reader::next_of_any_form(Item& item) noexcept {
    if (rest_.empty()) {
        return ReadError::truncated;
    }
    const std::uint8_t first = rest_[0];
    if (first < 0x80) {
        item = {false, rest_.first(1), rest_.first(1)};
        rest_ = rest_.subspan(1);
        return ReadError::none;
    }
    const bool list = first >= 0xc0;
    std::size_t length = first - (list ? 0xc0U : 0x80U);
    std::size_t header = 1;
    if (length > 55) {
        const std::size_t digits = length - 55;
        if (rest_.size() < 1 + digits) {
            return ReadError::truncated_length;
        }
        if (rest_[1] == 0) {
            return ReadError::leading_zero;
        }
        length = 0;
        for (std::size_t i = 1; i <= digits; ++i) {
            length = length << 8 | rest_[i];
        }
        if (length < 56) {
            return ReadError::long_form_of_short;
        }
        header += digits;
    }
    if (length > rest_.size() - header) {
        return ReadError::truncated;
    }
    if (!list && length == 1 && rest_[1] < 0x80) {
        return ReadError::byte_with_header;
    }
    item = {list, rest_.subspan(header, length), rest_.first(header + length)};
    rest_ = rest_.subspan(header + length);
    return ReadError::none;
}

void append_string(Bytes& out, ByteView bytes) {
    const std::size_t start = out.size();
    out.resize(start + string_size(bytes));
    [[maybe_unused]] const auto* end = put_string(out.data() + start, bytes);
}

void append_integer(Bytes& out, std::uint64_t number) {
    std::array<std::uint8_t, 8> digits{};
    for (std::size_t i = 8; i > 0; --i, number >>= 8) {
        digits[i - 1] = static_cast<std::uint8_t>(number & 0xff);
    }
    append_string(out, trim_leading_zeros(digits));
}

void append_list(Bytes& out, ByteView payload) {
    const std::size_t start = out.size();
    out.resize(start + list_size(payload.size()));
    std::uint8_t* at = put_list_header(out.data() + start, payload.size());
    if (!payload.empty()) {
        std::memcpy(at, payload.data(), payload.size());
    }
}

}  // namespace commitbench::rlp
