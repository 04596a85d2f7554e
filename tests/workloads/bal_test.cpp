// SPDX-License-Identifier: Apache-2.0
#include "workloads/trace/bal.hpp"

#include "codec/hex.hpp"
#include "tests/codec/rlp_tree.hpp"

#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commitbench::bal {
namespace {

using commitbench::testing::Tree;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Tree text(Bytes bytes) {
    return {.list = false, .bytes = std::move(bytes), .items = {}};
}

Tree list(std::vector<Tree> items) {
    return {.list = true, .bytes = {}, .items = std::move(items)};
}

Tree integer(std::uint64_t number) {
    const Quantity quantity(number);
    return text({quantity.digits().begin(), quantity.digits().end()});
}

Tree word(std::uint8_t last) {
    Bytes bytes(32);
    bytes[31] = last;
    return text(bytes);
}

Tree entry(std::uint64_t tx, Tree value) {
    return list({integer(tx), std::move(value)});
}

Tree slot(std::uint8_t number, std::vector<Tree> entries) {
    return list({word(number), list(std::move(entries))});
}

struct Fields {
    Tree address = text(Bytes(20, 0x11));
    Tree slots = list({});
    Tree reads = list({});
    Tree balances = list({});
    Tree nonces = list({});
    Tree codes = list({});
};

Tree account(const Fields& fields) {
    return list(
        {fields.address, fields.slots, fields.reads, fields.balances, fields.nonces, fields.codes});
}

Bytes encoded(const Tree& tree) {
    Bytes out;
    commitbench::testing::append_tree(out, tree);
    return out;
}

Result<AccessList> decoded(const Tree& tree) {
    return decode(encoded(tree), "7.rlp");
}

/// A list with something of everything.
Tree sample() {
    Fields first;
    first.slots =
        list({slot(1, {entry(0, word(5)), entry(3, word(0))}), slot(9, {entry(2, word(1))})});
    first.reads = list({word(2), word(8)});
    first.balances = list(
        {entry(0, integer(0)), entry(1, text(Bytes(11, 0xfe))), entry(300, text(Bytes(32, 1)))});
    first.nonces = list({entry(1, integer(1)), entry(2, integer(UINT64_MAX))});
    first.codes = list({entry(2, text({0x60})), entry(3, text(Bytes(15'724, 0x5b)))});
    Fields touched;
    touched.address = text(Bytes(20, 0x12));
    return list({account(first), account(touched)});
}

TEST(Bal, DecodesEveryField) {
    const auto result = decoded(sample());
    ASSERT_TRUE(result.ok()) << result.error().message;
    ASSERT_EQ(result->accounts.size(), 2U);
    const Account& first = result->accounts[0];
    EXPECT_EQ(first.address[0], 0x11);
    ASSERT_EQ(first.slots.size(), 2U);
    EXPECT_EQ(first.slots[0].slot[31], 1);
    ASSERT_EQ(first.slots[0].writes.size(), 2U);
    EXPECT_EQ(first.slots[0].writes[0].value[31], 5);
    EXPECT_EQ(first.slots[0].writes[1].tx, 3);
    EXPECT_TRUE(is_zero(first.slots[0].writes[1].value));
    ASSERT_EQ(first.reads.size(), 2U);
    EXPECT_EQ(first.reads[1][31], 8);
    ASSERT_EQ(first.balances.size(), 3U);
    EXPECT_TRUE(first.balances[0].balance.zero());
    EXPECT_EQ(first.balances[1].balance.digits().size(), 11U);
    EXPECT_EQ(first.balances[2].tx, 300);
    ASSERT_EQ(first.nonces.size(), 2U);
    EXPECT_EQ(first.nonces[1].nonce, UINT64_MAX);
    ASSERT_EQ(first.codes.size(), 2U);
    EXPECT_EQ(first.codes[1].code.size(), 15'724U);
    EXPECT_FALSE(first.touched_only());
    EXPECT_TRUE(result->accounts[1].touched_only());
    EXPECT_EQ(result->transactions(), 301U);
    EXPECT_EQ(encode(*result), encoded(sample()));
}

TEST(Bal, AnEmptyBlockIsAList) {
    const auto result = decode(Bytes{0xc0}, "7.rlp");
    ASSERT_TRUE(result.ok());
    EXPECT_TRUE(result->accounts.empty());
    EXPECT_EQ(result->transactions(), 0U);
    EXPECT_EQ(encode(*result), Bytes{0xc0});
}

TEST(Bal, HighestTransactionIndexIs65535) {
    Fields fields;
    fields.nonces = list({entry(65'535, integer(1))});
    const auto result = decoded(list({account(fields)}));
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(result->transactions(), 65'536U);
}

struct Refusal {
    std::string_view reason;
    Tree tree;
};

Tree with(const std::function<void(Fields&)>& change) {
    Fields fields;
    change(fields);
    return list({account(fields)});
}

TEST(Bal, RefusesWhatBreaksARule) {
    Fields low;
    low.address = text(Bytes(20, 1));
    Tree five = account({});
    five.items.pop_back();
    Tree seven = account({});
    seven.items.push_back(list({}));
    const Refusal cases[] = {
        {"the block is a byte string where a list must stand", text(Bytes(40, 1))},
        {"an account is a byte string where a list must stand", list({text({})})},
        {"the address of an account is truncated", list({list({})})},
        {"the address of an account has 19 bytes where it must have 20",
         with([](Fields& f) { f.address = text(Bytes(19, 1)); })},
        {"the address of an account is a list where a byte string must stand",
         with([](Fields& f) { f.address = list({}); })},
        {"the account has fewer than 6 fields", list({five})},
        {"the account has more than 6 fields", list({seven})},
        {"the addresses of this list do not ascend", list({account({}), account(low)})},
        {"the addresses of this list do not ascend", list({account({}), account({})})},
        {"slots: the field is a byte string", with([](Fields& f) { f.slots = text({}); })},
        {"slots: a written slot is a byte string",
         with([](Fields& f) { f.slots = list({word(1)}); })},
        {"slots: a slot has 31 bytes where it must have 32", with([](Fields& f) {
             f.slots = list({list({text(Bytes(31, 1)), list({entry(0, word(1))})})});
         })},
        {"slots: the list of a slot's values is truncated",
         with([](Fields& f) { f.slots = list({list({word(1)})}); })},
        {"slots: a slot's value is a byte string where a list", with([](Fields& f) {
             f.slots = list({list({word(1), text({})})});
         })},
        {"slots: a written slot has no value",
         with([](Fields& f) { f.slots = list({slot(1, {})}); })},
        {"slots: a written slot has more than a slot and its values", with([](Fields& f) {
             f.slots = list({list({word(1), list({entry(0, word(1))}), text({})})});
         })},
        {"slots: a slot's value has 1 bytes where it must have 32",
         with([](Fields& f) { f.slots = list({slot(1, {entry(0, integer(1))})}); })},
        {"slots: the slots of this list do not ascend", with([](Fields& f) {
             f.slots = list({slot(2, {entry(0, word(1))}), slot(1, {entry(0, word(1))})});
         })},
        {"slots: the slots of this list do not ascend", with([](Fields& f) {
             f.slots = list({slot(2, {entry(0, word(1))}), slot(2, {entry(0, word(1))})});
         })},
        {"slots: the transaction indices of this list do not ascend", with([](Fields& f) {
             f.slots = list({slot(1, {entry(3, word(1)), entry(2, word(1))})});
         })},
        {"reads: the field is a byte string", with([](Fields& f) { f.reads = text({}); })},
        {"reads: a read slot has 33 bytes",
         with([](Fields& f) { f.reads = list({text(Bytes(33, 1))}); })},
        {"reads: the slots of this list do not ascend", with([](Fields& f) {
             f.reads = list({word(2), word(1)});
         })},
        {"reads: the slots of this list do not ascend", with([](Fields& f) {
             f.reads = list({word(2), word(2)});
         })},
        {"is among the written slots too", with([](Fields& f) {
             f.slots = list({slot(1, {entry(0, word(1))}), slot(3, {entry(0, word(1))})});
             f.reads = list({word(2), word(3)});
         })},
        {"balances: a balance is a byte string where a list",
         with([](Fields& f) { f.balances = text({}); })},
        {"balances: a balance is an integer with a leading zero byte", with([](Fields& f) {
             f.balances = list({entry(0, text({0, 1}))});
         })},
        {"balances: a balance is an integer with a leading zero byte",
         with([](Fields& f) { f.balances = list({entry(0, text({0}))}); })},
        {"balances: a balance has 33 bytes where it may have 32",
         with([](Fields& f) { f.balances = list({entry(0, text(Bytes(33, 1)))}); })},
        {"balances: a balance is a list",
         with([](Fields& f) { f.balances = list({entry(0, list({}))}); })},
        {"balances: the transaction indices of this list do not ascend", with([](Fields& f) {
             f.balances = list({entry(4, integer(1)), entry(4, integer(2))});
         })},
        {"balances: the transaction index is 65536 where at most 65535 is allowed",
         with([](Fields& f) { f.balances = list({entry(65'536, integer(1))}); })},
        {"balances: the transaction index has 9 bytes where it may have 8", with([](Fields& f) {
             f.balances = list({list({text(Bytes(9, 1)), integer(1)})});
         })},
        {"balances: the transaction index is an integer with a leading zero byte",
         with([](Fields& f) {
             f.balances = list({list({text({0}), integer(1)})});
         })},
        {"balances: the transaction index is truncated",
         with([](Fields& f) { f.balances = list({list({})}); })},
        {"balances: a balance is truncated",
         with([](Fields& f) { f.balances = list({list({integer(1)})}); })},
        {"balances: a balance has more than an index and a value", with([](Fields& f) {
             f.balances = list({list({integer(1), integer(1), integer(1)})});
         })},
        {"nonces: a nonce has 9 bytes where it may have 8",
         with([](Fields& f) { f.nonces = list({entry(0, text(Bytes(9, 1)))}); })},
        {"nonces: the transaction indices of this list do not ascend", with([](Fields& f) {
             f.nonces = list({entry(1, integer(1)), entry(0, integer(2))});
         })},
        {"codes: a code has no bytes",
         with([](Fields& f) { f.codes = list({entry(0, text({}))}); })},
        {"codes: a code is a list", with([](Fields& f) { f.codes = list({entry(0, list({}))}); })},
        {"codes: the transaction indices of this list do not ascend", with([](Fields& f) {
             f.codes = list({entry(1, text({1})), entry(1, text({2}))});
         })},
    };
    for (const Refusal& refusal : cases) {
        SCOPED_TRACE(refusal.reason);
        const auto result = decoded(refusal.tree);
        ASSERT_FALSE(result.ok());
        EXPECT_EQ(result.error().code, ErrorCode::bad_input);
        EXPECT_THAT(result.error().message, StartsWith("7.rlp: byte "));
        EXPECT_THAT(result.error().message, HasSubstr(refusal.reason));
        EXPECT_THAT(result.error().message, HasSubstr("fetch or write it again"));
        EXPECT_EQ(result.error().message.find('\n'), std::string::npos);
    }
}

TEST(Bal, ErrorsNameByteAccountAndField) {
    const auto result = decoded(with([](Fields& f) { f.nonces = list({entry(0, text({0, 1}))}); }));
    ASSERT_FALSE(result.ok());
    // Bytes: list 1, account 1, address 21, three empty lists 3, nonces 1, entry 1, index 1.
    EXPECT_THAT(result.error().message,
                StartsWith("7.rlp: byte 29, account 0x1111111111111111111111111111111111111111, "
                           "nonces: a nonce is an "
                           "integer with a leading zero byte: "));
}

TEST(Bal, BrokenFilesAreToldApart) {
    const Bytes good = encoded(sample());
    const auto reason = [](ByteView bytes) {
        const auto result = decode(bytes, "7.rlp");
        return result.ok() ? std::string("accepted") : result.error().message;
    };
    EXPECT_EQ(reason(good), "accepted");
    EXPECT_THAT(reason({}), StartsWith("7.rlp: the file is empty"));
    EXPECT_THAT(reason(ByteView(good).first(good.size() - 1)),
                HasSubstr("byte 0: the block is truncated: an item is longer than what is left"));
    Bytes trailing = good;
    trailing.push_back(0xc0);
    EXPECT_THAT(reason(trailing), HasSubstr("1 bytes follow the end of the block's list"));
    EXPECT_THAT(reason(from_hex("ffffffffffffffffff").value()),
                HasSubstr("the block is truncated"));
    EXPECT_THAT(reason(from_hex("f9").value()), HasSubstr("truncated inside a length"));
    EXPECT_THAT(reason(from_hex("f80100").value()), HasSubstr("not canonical"));
}

TEST(Bal, NoTruncationIsAccepted) {
    const Bytes good = encoded(sample());
    for (std::size_t size = 0; size < good.size(); size += size < 600 ? 1 : 997) {
        ASSERT_FALSE(decode(ByteView(good).first(size), "7.rlp").ok()) << size;
    }
}

TEST(Quantity, HoldsDigitsWithoutLeadingZeros) {
    EXPECT_TRUE(Quantity(0).zero());
    EXPECT_EQ(to_hex(Quantity(255).digits()), "ff");
    EXPECT_EQ(to_hex(Quantity(256).digits()), "0100");
    EXPECT_EQ(to_hex(Quantity(UINT64_MAX).digits()), "ffffffffffffffff");
    EXPECT_EQ(Quantity(258), Quantity(ByteView(Bytes{1, 2})));
    EXPECT_FALSE(Quantity(258) == Quantity(1));
}

}  // namespace
}  // namespace commitbench::bal
