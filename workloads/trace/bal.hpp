// SPDX-License-Identifier: Apache-2.0
// Block access lists (EIP-7928, in the form whose transactions count from 0): what each transaction
// of a block wrote, with the values after it, and which storage slots the block only read. One RLP
// item, nothing after it:
//
//   block    = [account ...]                                       ascending by address, each
//   address once account  = [address, slots, reads, balances, nonces, codes]    always 6 fields
//   address  = 20 bytes
//   slots    = [[slot, [[tx, value] ...]] ...]                     slot: 32 bytes, ascending, once;
//   value: 32 bytes;
//                                                                  at least one value a slot
//   reads    = [slot ...]                                          32 bytes, ascending, once, never
//   one of slots balances = [[tx, balance] ...]                                 integer of up to 32
//   bytes nonces   = [[tx, nonce] ...]                                   integer of up to 8 bytes
//   codes    = [[tx, code] ...]                                    1 byte or more
//   tx       = integer up to 65,535 (the EIP's 16 bits); ascending within its list, none twice
//   integer  = big-endian without leading zeros; 0 is the empty string
#pragma once

#include "harness/core/bytes.hpp"
#include "harness/core/result.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace commitbench::bal {

using Address = std::array<std::uint8_t, 20>;
/// A slot's number or a slot's value.
using Word = std::array<std::uint8_t, 32>;
using TxIndex = std::uint16_t;

/// An unsigned integer of up to 256 bits, as its big-endian digits without leading zeros.
class Quantity {
  public:
    Quantity() = default;
    explicit Quantity(std::uint64_t number) noexcept;
    /// INVARIANT: at most 32 bytes, the first not zero.
    explicit Quantity(ByteView digits) noexcept;

    /// A view into this Quantity.
    [[nodiscard]] ByteView digits() const noexcept { return {digits_.data(), size_}; }
    [[nodiscard]] bool zero() const noexcept { return size_ == 0; }
    bool operator==(const Quantity&) const = default;

  private:
    std::array<std::uint8_t, 32> digits_{};  // the first size_; the others are zero
    std::uint8_t size_ = 0;
};

struct SlotWrite {
    TxIndex tx = 0;
    Word value{};  ///< 32 zero bytes: deleted
    bool operator==(const SlotWrite&) const = default;
};

struct SlotWrites {
    Word slot{};
    std::vector<SlotWrite> writes;
    bool operator==(const SlotWrites&) const = default;
};

struct BalanceWrite {
    TxIndex tx = 0;
    Quantity balance;
    bool operator==(const BalanceWrite&) const = default;
};

struct NonceWrite {
    TxIndex tx = 0;
    std::uint64_t nonce = 0;
    bool operator==(const NonceWrite&) const = default;
};

struct CodeWrite {
    TxIndex tx = 0;
    Bytes code;
    bool operator==(const CodeWrite&) const = default;
};

struct Account {
    Address address{};
    std::vector<SlotWrites> slots;
    std::vector<Word> reads;
    std::vector<BalanceWrite> balances;
    std::vector<NonceWrite> nonces;
    std::vector<CodeWrite> codes;

    /// True where the block touched the account and neither read nor wrote anything that is listed.
    [[nodiscard]] bool touched_only() const noexcept {
        return slots.empty() && reads.empty() && balances.empty() && nonces.empty() &&
               codes.empty();
    }
    bool operator==(const Account&) const = default;
};

struct AccessList {
    std::vector<Account> accounts;

    /// Highest transaction index + 1; 0 where nothing was written. O(size).
    [[nodiscard]] std::uint32_t transactions() const noexcept;
    bool operator==(const AccessList&) const = default;
};

[[nodiscard]] bool is_zero(const Word& word) noexcept;

/// Strict: every rule above and RLP's own. `name` (the file) begins the error's line, which goes on
/// with the byte offset, account and field, the reason and the remedy. O(bytes); memory stays below
/// 32 times the bytes.
[[nodiscard]] Result<AccessList> decode(ByteView bytes, std::string_view name);

/// The one encoding; INVARIANT: the list keeps the rules above.
[[nodiscard]] Bytes encode(const AccessList& list);

}  // namespace commitbench::bal
