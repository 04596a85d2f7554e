// SPDX-License-Identifier: Apache-2.0
// An account's value in the state of `transfer`.
//
//   offset 0   balance   8 bytes, big-endian
//   offset 8   nonce     8 bytes, big-endian: transfers sent, failed ones included
//   offset 16  digest    8 bytes, big-endian: folds everything that ever reached the account
//   offset 24  filler    the rest: made once, carried along by every write
#pragma once

#include "harness/core/bytes.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

namespace commitbench::transfer {

/// Balance, nonce and digest, without filler.
inline constexpr std::size_t kSmallestValue = 24;
/// A transaction copies values to its stack.
inline constexpr std::size_t kLargestValue = 4096;

struct Account {
    std::uint64_t balance = 0;
    std::uint64_t nonce = 0;
    std::uint64_t digest = 0;
};

static_assert(std::endian::native == std::endian::little);

/// INVARIANT of both: at least kSmallestValue bytes.
[[nodiscard]] inline Account read_account(const std::uint8_t* value) noexcept {
    Account account;
    std::memcpy(&account, value, kSmallestValue);
    return {__builtin_bswap64(account.balance), __builtin_bswap64(account.nonce),
            __builtin_bswap64(account.digest)};
}

inline void write_account(std::uint8_t* value, const Account& account) noexcept {
    const Account swapped{__builtin_bswap64(account.balance), __builtin_bswap64(account.nonce),
                          __builtin_bswap64(account.digest)};
    std::memcpy(value, &swapped, kSmallestValue);
}

static_assert(sizeof(Account) == kSmallestValue);

}  // namespace commitbench::transfer
