// SPDX-License-Identifier: Apache-2.0
#include "codec/rlp.hpp"
#include "workloads/trace/bal.hpp"

#include <algorithm>

namespace commitbench::bal {
namespace {

/// Appends the list of what `append_item` appends for each of `items`.
template<class Items, class AppendItem>
void append_list_of(Bytes& out, const Items& items, AppendItem append_item) {
    Bytes payload;
    for (const auto& item : items) {
        append_item(payload, item);
    }
    rlp::append_list(out, payload);
}

/// Appends [tx, <string>].
void append_entry(Bytes& out, TxIndex tx, ByteView value) {
    Bytes payload;
    rlp::append_integer(payload, tx);
    rlp::append_string(payload, value);
    rlp::append_list(out, payload);
}

void append_account(Bytes& out, const Account& account) {
    Bytes fields;
    rlp::append_string(fields, account.address);
    append_list_of(fields, account.slots, [](Bytes& to, const SlotWrites& slot) {
        Bytes pair;
        rlp::append_string(pair, slot.slot);
        append_list_of(pair, slot.writes, [](Bytes& entries, const SlotWrite& write) {
            append_entry(entries, write.tx, write.value);
        });
        rlp::append_list(to, pair);
    });
    append_list_of(fields, account.reads,
                   [](Bytes& to, const Word& slot) { rlp::append_string(to, slot); });
    append_list_of(fields, account.balances, [](Bytes& to, const BalanceWrite& write) {
        append_entry(to, write.tx, write.balance.digits());
    });
    append_list_of(fields, account.nonces, [](Bytes& to, const NonceWrite& write) {
        append_entry(to, write.tx, Quantity(write.nonce).digits());
    });
    append_list_of(fields, account.codes, [](Bytes& to, const CodeWrite& write) {
        append_entry(to, write.tx, write.code);
    });
    rlp::append_list(out, fields);
}

}  // namespace

Quantity::Quantity(std::uint64_t number) noexcept {
    for (std::uint64_t rest = number; rest != 0; rest >>= 8) {
        ++size_;
    }
    for (std::size_t i = size_; i > 0; --i, number >>= 8) {
        digits_[i - 1] = static_cast<std::uint8_t>(number & 0xff);
    }
}

Quantity::Quantity(ByteView digits) noexcept : size_(static_cast<std::uint8_t>(digits.size())) {
    std::ranges::copy(digits, digits_.begin());
}

bool is_zero(const Word& word) noexcept {
    return std::ranges::all_of(word, [](std::uint8_t byte) { return byte == 0; });
}

std::uint32_t AccessList::transactions() const noexcept {
    std::uint32_t count = 0;
    const auto look = [&count](const auto& writes) {
        if (!writes.empty()) {
            count = std::max(count, std::uint32_t{writes.back().tx} + 1);
        }
    };
    for (const Account& account : accounts) {
        for (const SlotWrites& slot : account.slots) {
            look(slot.writes);
        }
        look(account.balances);
        look(account.nonces);
        look(account.codes);
    }
    return count;
}

Bytes encode(const AccessList& list) {
    Bytes out;
    append_list_of(out, list.accounts, append_account);
    return out;
}

}  // namespace commitbench::bal
