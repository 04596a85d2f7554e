// SPDX-License-Identifier: Apache-2.0
#include "codec/hex.hpp"
#include "codec/rlp.hpp"
#include "workloads/trace/bal.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace commitbench::bal {
namespace {

constexpr std::string_view kRemedy =
    "the file must hold one block access list in canonical RLP: fetch or write it again, or leave "
    "it out";

/// Walks one file. After the first error every call returns false, and error() tells it.
class Decoder {
  public:
    Decoder(ByteView bytes, std::string_view name) : bytes_(bytes), name_(name) {}

    [[nodiscard]] Error error() const { return bad_input(message_); }

    bool decode(AccessList& list) {
        if (bytes_.empty()) {
            message_ = fmt::format("{}: the file is empty: {}", name_, kRemedy);
            return false;
        }
        rlp::Reader file(bytes_);
        rlp::Item top;
        if (!next(file, top, "the block") || !need_list(top, "the block")) {
            return false;
        }
        if (!file.at_end()) {
            return refuse(file.rest(), fmt::format("{} bytes follow the end of the block's list",
                                                   file.rest().size()));
        }
        return each(top, "account", list.accounts,
                    [this](const rlp::Item& item, Account& account) {
                        return decode(item, account);
                    }) &&
               ascending(top, list.accounts, &Account::address, "addresses");
    }

  private:
    bool refuse(ByteView at, std::string_view what) {
        std::string place;
        if (!account_.empty()) {
            place = fmt::format(", account 0x{}", account_);
            if (!field_.empty()) {
                place += fmt::format(", {}", field_);
            }
        }
        message_ = fmt::format("{}: byte {}{}: {}: {}", name_, at.data() - bytes_.data(), place,
                               what, kRemedy);
        return false;
    }

    bool next(rlp::Reader& reader, rlp::Item& item, std::string_view what) {
        const ByteView at = reader.rest();
        if (const rlp::ReadError error = reader.next(item); error != rlp::ReadError::none) {
            return refuse(at, fmt::format("{} {}", what, rlp::describe(error)));
        }
        return true;
    }

    bool need_list(const rlp::Item& item, std::string_view what) {
        return item.list ||
               refuse(item.raw, fmt::format("{} is a byte string where a list must stand", what));
    }

    bool need_string(const rlp::Item& item, std::string_view what) {
        return !item.list ||
               refuse(item.raw, fmt::format("{} is a list where a byte string must stand", what));
    }

    /// A byte string of exactly N bytes.
    template<std::size_t N>
    bool fixed(const rlp::Item& item, std::string_view what, std::array<std::uint8_t, N>& out) {
        if (!need_string(item, what)) {
            return false;
        }
        if (item.payload.size() != N) {
            return refuse(item.raw, fmt::format("{} has {} bytes where it must have {}", what,
                                                item.payload.size(), N));
        }
        std::ranges::copy(item.payload, out.begin());
        return true;
    }

    /// A canonical integer of up to `limit` bytes; `digits` are those bytes.
    bool integer(const rlp::Item& item,
                 std::string_view what,
                 std::size_t limit,
                 ByteView& digits) {
        if (!need_string(item, what)) {
            return false;
        }
        digits = item.payload;
        if (digits.size() > limit) {
            return refuse(item.raw, fmt::format("{} has {} bytes where it may have {}", what,
                                                digits.size(), limit));
        }
        return digits.empty() || digits[0] != 0 ||
               refuse(item.raw, fmt::format("{} is an integer with a leading zero byte", what));
    }

    bool integer(const rlp::Item& item,
                 std::string_view what,
                 std::uint64_t most,
                 std::uint64_t& number) {
        ByteView digits;
        if (!integer(item, what, 8, digits)) {
            return false;
        }
        number = 0;
        for (const std::uint8_t digit : digits) {
            number = number << 8 | digit;
        }
        return number <= most ||
               refuse(item.raw,
                      fmt::format("{} is {} where at most {} is allowed", what, number, most));
    }

    /// Decodes every item of a list into a new element of `out`.
    template<class Element, class Decode>
    bool each(const rlp::Item& list,
              std::string_view what,
              std::vector<Element>& out,
              Decode decode_one) {
        rlp::Reader reader(list.payload);
        while (!reader.at_end()) {
            rlp::Item item;
            if (!next(reader, item, what) || !decode_one(item, out.emplace_back())) {
                return false;
            }
        }
        return true;
    }

    template<class Elements, class Member>
    bool ascending(const rlp::Item& list,
                   const Elements& elements,
                   Member member,
                   std::string_view what) {
        return std::ranges::adjacent_find(elements, std::ranges::greater_equal(), member) ==
                   elements.end() ||
               refuse(list.raw,
                      fmt::format("the {} of this list do not ascend, or one stands twice", what));
    }

    /// [tx, <value>]: gives the value's item.
    bool entry(const rlp::Item& item, std::string_view what, TxIndex& tx, rlp::Item& value) {
        if (!need_list(item, what)) {
            return false;
        }
        rlp::Reader reader(item.payload);
        rlp::Item index;
        std::uint64_t number = 0;
        if (!next(reader, index, "the transaction index") ||
            !integer(index, "the transaction index", UINT16_MAX, number) ||
            !next(reader, value, what)) {
            return false;
        }
        tx = static_cast<TxIndex>(number);
        return reader.at_end() ||
               refuse(reader.rest(), fmt::format("{} has more than an index and a value", what));
    }

    /// A list of [tx, <value>] with ascending indices. `decode_value` fills the element from the
    /// value's item.
    template<class Write, class DecodeValue>
    bool entries(const rlp::Item& list,
                 std::string_view what,
                 std::vector<Write>& out,
                 DecodeValue decode_value) {
        return need_list(list, what) &&
               each(list, what, out,
                    [&](const rlp::Item& item, Write& write) {
                        rlp::Item value;
                        return entry(item, what, write.tx, value) && decode_value(value, write);
                    }) &&
               ascending(list, out, &Write::tx, "transaction indices");
    }

    bool decode(const rlp::Item& item, SlotWrites& slot) {
        if (!need_list(item, "a written slot")) {
            return false;
        }
        rlp::Reader reader(item.payload);
        rlp::Item number;
        rlp::Item writes;
        if (!next(reader, number, "a slot") || !fixed(number, "a slot", slot.slot) ||
            !next(reader, writes, "the list of a slot's values") ||
            !entries(writes, "a slot's value", slot.writes,
                     [this](const rlp::Item& value, SlotWrite& write) {
                         return fixed(value, "a slot's value", write.value);
                     })) {
            return false;
        }
        if (slot.writes.empty()) {
            return refuse(writes.raw, "a written slot has no value");
        }
        return reader.at_end() ||
               refuse(reader.rest(), "a written slot has more than a slot and its values");
    }

    bool decode_fields(const std::array<rlp::Item, 5>& fields, Account& account) {
        const auto& [slots, reads, balances, nonces, codes] = fields;
        field_ = "slots";
        if (!need_list(slots, "the field") ||
            !each(slots, "a written slot", account.slots,
                  [this](const rlp::Item& item, SlotWrites& slot) { return decode(item, slot); }) ||
            !ascending(slots, account.slots, &SlotWrites::slot, "slots")) {
            return false;
        }
        field_ = "reads";
        if (!need_list(reads, "the field") ||
            !each(reads, "a read slot", account.reads,
                  [this](const rlp::Item& item, Word& slot) {
                      return fixed(item, "a read slot", slot);
                  }) ||
            !ascending(reads, account.reads, std::identity(), "slots") || !apart(reads, account)) {
            return false;
        }
        field_ = "balances";
        if (!entries(balances, "a balance", account.balances,
                     [this](const rlp::Item& value, BalanceWrite& write) {
                         ByteView digits;
                         const bool good = integer(value, "a balance", 32, digits);
                         write.balance = good ? Quantity(digits) : Quantity();
                         return good;
                     })) {
            return false;
        }
        field_ = "nonces";
        if (!entries(nonces, "a nonce", account.nonces,
                     [this](const rlp::Item& value, NonceWrite& write) {
                         return integer(value, "a nonce", UINT64_MAX, write.nonce);
                     })) {
            return false;
        }
        field_ = "codes";
        return entries(codes, "a code", account.codes,
                       [this](const rlp::Item& value, CodeWrite& write) {
                           write.code.assign(value.payload.begin(), value.payload.end());
                           return need_string(value, "a code") &&
                                  (!write.code.empty() || refuse(value.raw, "a code has no bytes"));
                       });
    }

    bool decode(const rlp::Item& item, Account& account) {
        account_.clear();
        field_ = {};
        if (!need_list(item, "an account")) {
            return false;
        }
        rlp::Reader reader(item.payload);
        rlp::Item address;
        if (!next(reader, address, "the address of an account") ||
            !fixed(address, "the address of an account", account.address)) {
            return false;
        }
        account_ = to_hex(account.address);
        std::array<rlp::Item, 5> fields;
        for (rlp::Item& field : fields) {
            if (reader.at_end()) {
                return refuse(item.raw, "the account has fewer than 6 fields");
            }
            if (!next(reader, field, "a field of the account")) {
                return false;
            }
        }
        if (!reader.at_end()) {
            return refuse(reader.rest(), "the account has more than 6 fields");
        }
        const bool good = decode_fields(fields, account);
        if (good) {
            account_.clear();
            field_ = {};
        }
        return good;
    }

    /// No slot is both read-only and written. INVARIANT: both lists ascend.
    bool apart(const rlp::Item& reads, const Account& account) {
        auto written = account.slots.begin();
        for (const Word& slot : account.reads) {
            while (written != account.slots.end() && written->slot < slot) {
                ++written;
            }
            if (written != account.slots.end() && written->slot == slot) {
                return refuse(reads.raw, fmt::format("slot 0x{} is among the written slots too",
                                                     to_hex(slot)));
            }
        }
        return true;
    }

    ByteView bytes_;
    std::string_view name_;
    std::string account_;     // hex of the account being decoded, empty outside of one
    std::string_view field_;  // of that account
    std::string message_;
};

}  // namespace

Result<AccessList> decode(ByteView bytes, std::string_view name) {
    Decoder decoder(bytes, name);
    AccessList list;
    if (!decoder.decode(list)) {
        return decoder.error();
    }
    return list;
}

}  // namespace commitbench::bal
