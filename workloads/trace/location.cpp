// SPDX-License-Identifier: Apache-2.0
#include "workloads/trace/location.hpp"

#include "codec/rlp.hpp"
#include "hash/keccak.hpp"

#include <algorithm>

namespace commitbench {

std::string_view name_of(LocationKind kind) noexcept {
    switch (kind) {
        case LocationKind::balance:
            return "balance";
        case LocationKind::nonce:
            return "nonce";
        case LocationKind::code:
            return "code";
        case LocationKind::slot:
            return "slot";
    }
    return "";
}

StateKey location_key(LocationKind kind, const bal::Address& address) noexcept {
    std::array<std::uint8_t, 1 + std::tuple_size_v<bal::Address>> message{
        static_cast<std::uint8_t>(kind)};
    std::ranges::copy(address, message.begin() + 1);
    return {keccak256(message)};
}

StateKey slot_key(const bal::Address& address, const bal::Word& slot) noexcept {
    std::array<std::uint8_t, 1 + std::tuple_size_v<bal::Address> + std::tuple_size_v<bal::Word>>
        message{static_cast<std::uint8_t>(LocationKind::slot)};
    std::ranges::copy(slot, std::ranges::copy(address, message.begin() + 1).out);
    return {keccak256(message)};
}

Bytes integer_value(ByteView big_endian) {
    Bytes value;
    rlp::append_string(value, rlp::trim_leading_zeros(big_endian));
    return value;
}

}  // namespace commitbench
