// SPDX-License-Identifier: Apache-2.0
// What Workload and Block promise, for each workload under options that bring out its sides.
#include "tests/workloads/interpreter.hpp"
#include "workloads/random.hpp"

#include <gtest/gtest.h>

namespace commitbench {
namespace {

using testing::block_of;
using testing::first_state;
using testing::Interpreter;
using testing::make_workload;
using testing::State;

constexpr std::uint64_t kBlocks = 4;

class EveryWorkload : public ::testing::TestWithParam<std::string_view> {};
/// Those that read whatever they write or erase.
class WithoutBlindWrites : public EveryWorkload {};

constexpr std::string_view kSpecs[] = {
    "transfer:accounts=60,block-size=80,balance=500,amount-max=400",
    "transfer:accounts=60,block-size=80,value-size=40,fee=write",
    "transfer:accounts=60,block-size=80,keys=hotspot,fee=deferred",
    "p2p:shape=diem,accounts=20,block-size=80,balance=500,amount-max=400",
    "p2p:shape=aptos,accounts=60,block-size=80,keys=zipf,fee=delta",
    "kv:items=60,block-size=80,value-size=12,fail-share=0.1,fresh-share=0.1",
    "kv:items=60,block-size=80,value-size=8,value-size-max=40,mix=d,fee=write",
    "kv:items=60,block-size=80,value-size=8,mix=f,fee=delta",
};
constexpr std::string_view kBlindSpecs[] = {
    "kv:items=60,block-size=80,value-size=8,writes=2,fresh-share=0.2,delete-share=0.3",
    "kv:items=60,block-size=80,value-size=8,mix=a",
    "kv:items=60,block-size=80,value-size=8,mix=e,scan-length=5,fee=deferred",
};

INSTANTIATE_TEST_SUITE_P(Specs, EveryWorkload, ::testing::ValuesIn(kSpecs));
INSTANTIATE_TEST_SUITE_P(BlindSpecs, EveryWorkload, ::testing::ValuesIn(kBlindSpecs));
INSTANTIATE_TEST_SUITE_P(Specs, WithoutBlindWrites, ::testing::ValuesIn(kSpecs));

/// State and receipts after each block, made and executed in order.
struct History {
    std::vector<std::vector<Receipt>> receipts;
    State state;
};

History history_of(const Workload& workload) {
    History run;
    run.state = first_state(workload);
    for (std::uint64_t number = 1; number <= kBlocks; ++number) {
        run.receipts.push_back(testing::run(*block_of(workload, number), run.state));
    }
    return run;
}

TEST_P(EveryWorkload, IsTheSameWhateverTheOrderOfCalls) {
    const History right = history_of(*make_workload(GetParam(), 9));
    const auto other = make_workload(GetParam(), 9);
    std::map<std::uint64_t, std::unique_ptr<Block>> blocks;
    for (std::uint64_t number = kBlocks; number >= 1; --number) {
        blocks[number] = block_of(*other, number);
    }
    State state;
    Bytes value(1000, 1);
    for (std::uint64_t index = other->state_size(); index-- > 0;) {
        other->value(index, value);
        state[other->key(index)] = value;
    }
    for (const auto& [number, block] : blocks) {
        EXPECT_EQ(block->number(), number);
        EXPECT_EQ(testing::run(*block, state), right.receipts[number - 1]);
    }
    EXPECT_EQ(state, right.state);
}

TEST_P(EveryWorkload, SeedAndBlockNumberMatter) {
    const History one = history_of(*make_workload(GetParam(), 1));
    const History two = history_of(*make_workload(GetParam(), 2));
    EXPECT_NE(one.state.begin()->first, two.state.begin()->first);
    EXPECT_NE(one.receipts[0], two.receipts[0]);
    EXPECT_NE(one.receipts[0], one.receipts[1]);
}

TEST_P(EveryWorkload, ReceiptsDependOnEveryValueRead) {
    const auto workload = make_workload(GetParam());
    State state = first_state(*workload);
    const auto block = block_of(*workload, 1);
    for (std::uint32_t i = 0; i < block->size(); ++i) {
        const State before = state;
        Interpreter access(state);
        const Receipt receipt = block->execute(i, access);
        EXPECT_EQ(receipt, [&] {
            State same = before;
            Interpreter again(same);
            return block->execute(i, again);
        }()) << "the same reads, the same receipt";
        if (i % 8 != 0) {
            continue;
        }
        for (const StateKey& key : access.read_keys) {
            if (access.added_keys.contains(key)) {
                continue;  // adding tells nothing of the sum
            }
            const auto found = before.find(key);
            const std::size_t size = found == before.end() ? 0 : found->second.size();
            for (std::size_t byte = 0; byte <= size; ++byte) {
                State altered = before;
                if (byte < size) {
                    altered[key][byte] ^= 0x10;
                } else if (size != 0) {
                    altered.erase(key);
                } else {
                    altered[key] = Bytes(8, 0);
                }
                Interpreter other(altered);
                ASSERT_NE(block->execute(i, other).digest, receipt.digest)
                    << "transaction " << i << ", byte " << byte;
            }
        }
    }
}

/// One write lost or taken from the value before it, and the state is another one in the end.
TEST_P(WithoutBlindWrites, ALostWriteShows) {
    const auto workload = make_workload(GetParam());
    const History right = history_of(*workload);
    const auto block = block_of(*workload, 1);
    for (std::uint32_t lost = 0; lost < block->size(); lost += 7) {
        State state = first_state(*workload);
        bool changed = false;
        for (std::uint64_t number = 1; number <= kBlocks; ++number) {
            const auto now = block_of(*workload, number);
            for (std::uint32_t i = 0; i < now->size(); ++i) {
                const State before = state;
                Interpreter access(state);
                (void)now->execute(i, access);
                if (number == 1 && i == lost) {
                    changed = state != before;
                    state = before;
                }
            }
        }
        ASSERT_EQ(state != right.state, changed) << "transaction " << lost;
    }
}

TEST_P(EveryWorkload, StopsAtOnce) {
    const auto workload = make_workload(GetParam());
    const State before = first_state(*workload);
    const auto block = block_of(*workload, 1);
    for (std::uint32_t i = 0; i < block->size(); i += 5) {
        State state = before;
        Interpreter probe(state);
        (void)block->execute(i, probe);
        for (std::uint64_t answered = 0; answered < probe.reads; ++answered) {
            State again = before;
            Interpreter access(again);
            access.stop_at = answered;
            EXPECT_EQ(block->execute(i, access), (Receipt{TxStatus::stopped, 0}));
            EXPECT_EQ(access.reads, answered + 1) << "nothing is read after a stop";
        }
    }
}

TEST_P(EveryWorkload, EndsWhateverTheStateHolds) {
    const auto workload = make_workload(GetParam());
    const State first = first_state(*workload);
    RandomStream random(1, Domain::transfer, 0, 0);
    for (int round = 0; round < 20; ++round) {
        State state = first;
        for (auto& [key, value] : state) {
            switch (random.below(4)) {
                case 0:
                    value.assign(random.below(80), static_cast<std::uint8_t>(random.next()));
                    break;
                case 1:
                    value.assign(value.size(), static_cast<std::uint8_t>(random.next()));
                    break;
                default:
                    break;
            }
        }
        std::erase_if(state, [&random](const auto&) { return random.below(5) == 0; });
        for (const Receipt& receipt : testing::run(*block_of(*workload, 1), state)) {
            EXPECT_NE(receipt.status, TxStatus::stopped);
        }
    }
}

}  // namespace
}  // namespace commitbench
