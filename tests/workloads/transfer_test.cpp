// SPDX-License-Identifier: Apache-2.0
#include "workloads/transfer/transfer.hpp"

#include "tests/workloads/interpreter.hpp"
#include "workloads/transfer/account.hpp"
#include "workloads/work_units.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

namespace commitbench::transfer {
namespace {

using commitbench::testing::block_of;
using commitbench::testing::Facts;
using commitbench::testing::first_state;
using commitbench::testing::Interpreter;
using commitbench::testing::State;

std::unique_ptr<Workload> make(std::string_view options, std::uint64_t seed = 1) {
    return testing::make_workload(std::string("transfer:").append(options), seed);
}

const std::vector<Transfer>& transfers_of(const Block& block) {
    return dynamic_cast<const TransferBlock&>(block).transfers();
}

std::uint64_t total_balance(const State& state) {
    std::uint64_t sum = 0;
    for (const auto& [key, value] : state) {
        sum += read_account(value.data()).balance;
    }
    return sum;
}

TEST(Transfer, TheSumOfBalancesNeverChanges) {
    for (const std::string_view options :
         {"accounts=50,block-size=200,balance=1000,amount-max=800,overdraft-share=0",
          "accounts=1000,block-size=300,keys=zipf,theta=1.2,overdraft-share=0.1",
          "accounts=2,block-size=100,balance=50,amount-max=60",
          "accounts=3,block-size=100,value-size=24,balance=0,overdraft-share=0"}) {
        SCOPED_TRACE(options);
        const auto workload = make(options);
        State state = first_state(*workload);
        const std::uint64_t total = total_balance(state);
        std::uint64_t sent = 0;
        for (std::uint64_t number = 1; number <= 20; ++number) {
            const auto block = block_of(*workload, number);
            for (const Receipt& receipt : testing::run(*block, state)) {
                EXPECT_NE(receipt.status, TxStatus::stopped);
                ++sent;
            }
            ASSERT_EQ(total_balance(state), total);
        }
        std::uint64_t nonces = 0;
        for (const auto& [key, value] : state) {
            nonces += read_account(value.data()).nonce;
        }
        EXPECT_EQ(nonces, sent) << "each transfer counts once at its sender, failed ones included";
        EXPECT_EQ(state.size(), workload->state_size());
    }
}

/// The rules of transfer.hpp once more, on plain numbers.
TEST(Transfer, BalancesNoncesAndReceiptsFollowTheRules) {
    const auto workload =
        make("accounts=40,block-size=500,balance=300,amount-min=10,amount-max=200");
    State state = first_state(*workload);
    std::map<StateKey, Account> model;
    for (const auto& [key, value] : state) {
        model[key] = read_account(value.data());
        EXPECT_EQ(model[key].balance, 300U);
        EXPECT_EQ(model[key].nonce, 0U);
    }
    std::uint64_t failed = 0;
    for (std::uint64_t number = 1; number <= 5; ++number) {
        const auto block = block_of(*workload, number);
        for (std::uint32_t i = 0; i < block->size(); ++i) {
            const Transfer& tx = transfers_of(*block)[i];
            ASSERT_NE(tx.sender, tx.receiver);
            Account& sender = model.at(tx.sender);
            const bool covered = sender.balance >= tx.amount;
            ++sender.nonce;
            if (covered) {
                sender.balance -= tx.amount;
                model.at(tx.receiver).balance += tx.amount;
            } else {
                ++failed;
            }
            Interpreter access(state);
            const Receipt receipt = block->execute(i, access);
            ASSERT_EQ(receipt.status, covered ? TxStatus::ok : TxStatus::failed);
            ASSERT_EQ(access.reads, covered ? 2U : 1U);
            ASSERT_EQ(access.writes, covered ? 2U : 1U);
            ASSERT_EQ(access.erasures, 0U);
        }
        for (const auto& [key, account] : model) {
            const Account stored = read_account(state.at(key).data());
            ASSERT_EQ(stored.balance, account.balance);
            ASSERT_EQ(stored.nonce, account.nonce);
        }
    }
    EXPECT_GT(failed, 100U) << "poor senders must fail in this setting";
}

TEST(Transfer, TheFillerIsCarriedAlong) {
    const auto workload = make("accounts=10,block-size=100,value-size=61");
    State state = first_state(*workload);
    const State before = state;
    testing::run(*block_of(*workload, 1), state);
    int digests_changed = 0;
    for (const auto& [key, value] : state) {
        ASSERT_EQ(value.size(), 61U);
        const Bytes& old = before.at(key);
        EXPECT_TRUE(
            std::equal(value.begin() + kSmallestValue, value.end(), old.begin() + kSmallestValue));
        digests_changed +=
            read_account(value.data()).digest != read_account(old.data()).digest ? 1 : 0;
    }
    EXPECT_EQ(digests_changed, 10);
}

TEST(Transfer, OverdraftShareIsTheShareThatMustFail) {
    const auto none = make("accounts=1000,block-size=5k,overdraft-share=0");
    const auto some = make("accounts=1000,block-size=5k,overdraft-share=0.2");
    const auto all = make("accounts=1000,block-size=5k,overdraft-share=1");
    const auto failures = [](const Workload& workload) {
        State state = first_state(workload);
        std::uint64_t failed = 0;
        for (const Receipt& receipt : testing::run(*block_of(workload, 1), state)) {
            failed += receipt.status == TxStatus::failed ? 1U : 0U;
        }
        return failed;
    };
    EXPECT_EQ(failures(*none), 0U);
    // 1,000 expected, standard deviation 28.
    EXPECT_NEAR(static_cast<double>(failures(*some)), 1000, 5 * 28.3);
    EXPECT_EQ(failures(*all), 5000U);
}

TEST(Transfer, IsTheSameWhateverTheOrderOfCalls) {
    constexpr std::string_view kOptions = "accounts=5k,block-size=700,keys=zipf";
    const auto forward = make(kOptions, 9);
    const auto backward = make(kOptions, 9);
    std::map<std::uint64_t, std::unique_ptr<Block>> from_backward;
    for (std::uint64_t number = 6; number >= 1; --number) {
        from_backward[number] = block_of(*backward, number);
    }
    for (std::uint64_t number = 1; number <= 6; ++number) {
        const auto block = block_of(*forward, number);
        EXPECT_EQ(block->number(), number);
        ASSERT_EQ(block->size(), 700U);
        for (std::size_t i = 0; i < block->size(); ++i) {
            const Transfer& a = transfers_of(*block)[i];
            const Transfer& b = transfers_of(*from_backward[number])[i];
            ASSERT_EQ(a.sender, b.sender);
            ASSERT_EQ(a.receiver, b.receiver);
            ASSERT_EQ(a.amount, b.amount);
        }
    }
    Bytes a;
    Bytes b(1000, 1);
    for (const std::uint64_t index : {4999ULL, 0ULL, 17ULL}) {
        forward->value(index, a);
        backward->value(index, b);
        EXPECT_EQ(a, b);
        EXPECT_EQ(forward->key(index), backward->key(index));
    }
}

TEST(Transfer, SeedAndBlockNumberMatter) {
    const auto one = make("accounts=5k,block-size=10", 1);
    const auto two = make("accounts=5k,block-size=10", 2);
    EXPECT_NE(one->key(0), two->key(0));
    const auto block_1 = block_of(*one, 1);
    const auto block_2 = block_of(*one, 2);
    EXPECT_NE(transfers_of(*block_1)[0].sender, transfers_of(*block_2)[0].sender);
    EXPECT_EQ(one->block_limit(), UINT64_MAX);
    EXPECT_FALSE(one->block(0).ok());
}

/// A digest of the receipts and the state after `blocks` blocks, with one value altered before
/// transaction `altered` of block 1 (of the account that it reads).
std::uint64_t final_digest(const Workload& workload,
                           std::optional<std::uint32_t> altered,
                           std::size_t byte) {
    State state = first_state(workload);
    std::uint64_t digest = 0;
    const auto block = block_of(workload, 1);
    for (std::uint32_t i = 0; i < block->size(); ++i) {
        if (altered == i) {
            state.at(transfers_of(*block)[i].sender)[byte] ^= 1;
        }
        Interpreter access(state);
        digest = digest * 31 + block->execute(i, access).digest;
    }
    for (const auto& [key, value] : state) {
        digest = digest * 31 + read_account(value.data()).digest;
    }
    return digest;
}

TEST(Transfer, EveryByteReadReachesTheDigests) {
    const auto workload = make("accounts=300,block-size=60,value-size=40,work=2");
    const std::uint64_t right = final_digest(*workload, std::nullopt, 0);
    EXPECT_EQ(right, final_digest(*workload, std::nullopt, 0));
    for (const std::uint32_t at : {0U, 30U, 59U}) {
        for (std::size_t byte = 0; byte < 40; ++byte) {
            EXPECT_NE(final_digest(*workload, at, byte), right)
                << "transaction " << at << ", byte " << byte;
        }
    }
}

TEST(Transfer, WorkGoesIntoWhatIsWritten) {
    const auto idle = make("accounts=300,block-size=60");
    const auto busy = make("accounts=300,block-size=60,work=1");
    State idle_state = first_state(*idle);
    State busy_state = first_state(*busy);
    EXPECT_EQ(idle_state, busy_state);
    const auto idle_receipts = testing::run(*block_of(*idle, 1), idle_state);
    const auto busy_receipts = testing::run(*block_of(*busy, 1), busy_state);
    EXPECT_EQ(busy_receipts[0].digest, work(1, idle_receipts[0].digest));
    EXPECT_NE(idle_state, busy_state);
}

TEST(Transfer, StopsAtOnceWhenARead) {
    const auto workload = make("accounts=300,block-size=60,overdraft-share=0");
    const State before = first_state(*workload);
    const auto block = block_of(*workload, 1);
    for (const std::uint64_t answered : {0U, 1U}) {
        State state = before;
        Interpreter access(state);
        access.stop_at = answered;
        EXPECT_EQ(block->execute(0, access).status, TxStatus::stopped);
        EXPECT_EQ(access.reads, answered + 1);
        EXPECT_EQ(access.writes, 0U);
        EXPECT_EQ(state, before);
    }
}

TEST(Transfer, MalformedAccountsFailWithoutWriting) {
    const auto workload = make("accounts=300,block-size=60,overdraft-share=0");
    const State before = first_state(*workload);
    const auto block = block_of(*workload, 1);
    const Transfer& tx = transfers_of(*block)[0];
    std::set<std::uint64_t> digests;
    for (const StateKey& key : {tx.sender, tx.receiver}) {
        for (const int size : {-1, 0, 1, 23, 24, 77, 79, 5000}) {
            State state = before;
            if (size < 0) {
                state.erase(key);
            } else {
                state[key] = Bytes(static_cast<std::size_t>(size), 1);
            }
            const State broken = state;
            Interpreter access(state);
            const Receipt receipt = block->execute(0, access);
            EXPECT_EQ(receipt.status, TxStatus::failed) << size;
            EXPECT_TRUE(digests.insert(receipt.digest).second)
                << "the receipt must tell what was read";
            EXPECT_EQ(state, broken);
            State again = broken;
            Interpreter second(again);
            EXPECT_EQ(block->execute(0, second), receipt);
        }
    }
}

TEST(Transfer, AnExtremeLawStillFindsAReceiver) {
    const auto workload = make("accounts=2,block-size=500,keys=zipf,theta=1000");
    const auto block = block_of(*workload, 1);
    for (const Transfer& tx : transfers_of(*block)) {
        ASSERT_NE(tx.sender, tx.receiver);
    }
}

TEST(Transfer, AmountsCoverTheirRange) {
    const auto workload =
        make("accounts=100,block-size=5k,amount-min=5,amount-max=8,overdraft-share=0");
    const auto block = block_of(*workload, 3);
    std::map<std::uint64_t, int> seen;
    for (const Transfer& tx : transfers_of(*block)) {
        ++seen[tx.amount];
    }
    ASSERT_EQ(seen.size(), 4U);
    EXPECT_EQ(seen.begin()->first, 5U);
    for (const auto& [amount, count] : seen) {
        EXPECT_NEAR(count, 1250, 5 * 31) << amount;  // standard deviation 30.6
    }
}

TEST(Transfer, FactsTellTheRealisedSkew) {
    const auto uniform = make("accounts=1000,block-size=1k");
    const auto zipf = make("accounts=1000,block-size=1k,keys=zipf,theta=1");
    const Facts even(*uniform);
    const Facts skewed(*zipf);
    const auto number = [](const Facts& facts, const std::string& name) {
        return std::stod(facts.values.at(name));
    };
    EXPECT_NEAR(number(even, "top_percent_share_of_law"), 0.01, 1e-4);
    EXPECT_NEAR(number(even, "top_percent_share_realised"), 0.01, 0.002);
    EXPECT_NEAR(number(even, "gini_realised"), 0, 0.05);
    // H_10 / H_1000 = 2.92897 / 7.48547.
    EXPECT_NEAR(number(skewed, "top_percent_share_of_law"), 0.3913, 1e-4);
    // No account is its own receiver, so the hottest get a little less than the law gives them.
    EXPECT_NEAR(number(skewed, "top_percent_share_realised"), 0.3913, 0.02);
    EXPECT_NEAR(number(skewed, "gini_realised"), number(skewed, "gini_of_law"), 0.02);
    EXPECT_NEAR(number(skewed, "overdraft_share_realised"), 0.01, 0.002);
    EXPECT_TRUE(skewed.values.contains("work_unit_ns"));
    EXPECT_TRUE(skewed.values.contains("nonce_rule"));
    EXPECT_TRUE(uniform->content_digest().empty());
}

TEST(Transfer, RefusesOptionsThatDoNotGoTogether) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"transfer:amount-min=10,amount-max=9", "amount-min=10 is above amount-max=9"},
        {"transfer:accounts=1G,balance=10G",
         "hold more than 2^63 coins together: give balance=9223372036 or less"},
    };
    for (const auto& [text, reason] : cases) {
        const auto choice = choose("workload", workload_registry(), text);
        ASSERT_TRUE(choice.ok());
        const auto workload = choice->component->create(choice->options, 1);
        ASSERT_FALSE(workload.ok()) << text;
        EXPECT_EQ(workload.error().code, ErrorCode::bad_input);
        EXPECT_THAT(workload.error().message, ::testing::HasSubstr(reason));
    }
    for (const std::string_view text :
         {"transfer:accounts=1", "transfer:block-size=0", "transfer:value-size=23",
          "transfer:value-size=4097", "transfer:overdraft-share=1.1", "transfer:theta=-1"}) {
        EXPECT_FALSE(choose("workload", workload_registry(), text).ok()) << text;
    }
}

// The bytes of one workload, so that a change of the generator, the law or the rules cannot go
// unseen: it would void every stored result. The value was recorded from this program.
TEST(Transfer, BytesArePinned) {
    const auto workload = make("accounts=1000,block-size=200,keys=zipf,theta=0.99,work=1", 42);
    State state = first_state(*workload);
    std::uint64_t digest = 0;
    for (std::uint64_t number = 1; number <= 3; ++number) {
        for (const Receipt& receipt : testing::run(*block_of(*workload, number), state)) {
            digest = digest * 31 + receipt.digest;
        }
    }
    EXPECT_EQ(digest, 11104707791772407204ULL);
}

}  // namespace
}  // namespace commitbench::transfer
