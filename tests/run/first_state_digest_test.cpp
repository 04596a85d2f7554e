// SPDX-License-Identifier: Apache-2.0
// What tells first states apart: everything that is in them, and nothing else.
#include "harness/core/registry.hpp"
#include "harness/run/first_state_load.hpp"

#include <gtest/gtest.h>
#include <set>

namespace commitbench {
namespace {

std::string digest_of(std::string_view spec, std::uint64_t seed = 1) {
    auto choice = choose("workload", workload_registry(), spec);
    EXPECT_TRUE(choice.ok()) << choice.error().message;
    auto workload = choice->component->create(choice->options, seed);
    EXPECT_TRUE(workload.ok()) << workload.error().message;
    return first_state_digest(**workload);
}

TEST(FirstStateDigest, IsTheSameWhereOnlyBlocksDiffer) {
    for (const std::string_view name :
         {"transfer", "kv", "token", "swap", "orderbook", "mint", "p2p"}) {
        const std::string spec(name);
        EXPECT_EQ(digest_of(spec), digest_of(spec + ":block-size=7,work=3")) << name;
    }
    EXPECT_EQ(digest_of("transfer:keys=zipf,theta=1.2"), digest_of("transfer"));
    EXPECT_EQ(digest_of("transfer").size(), 32U);
}

TEST(FirstStateDigest, IsAnotherOneWhereAKeyOrValueIs) {
    std::set<std::string> digests;
    std::size_t states = 0;
    for (const std::string_view spec :
         {"transfer:accounts=1000", "transfer:accounts=1001",
          "transfer:accounts=1000,value-size=80", "transfer:accounts=200k",
          "transfer:accounts=200001", "kv:items=1000", "kv:items=1000,value-size=50",
          "token:accounts=1000", "token:accounts=1000,spenders=3"}) {
        for (const std::uint64_t seed : {1U, 2U}) {
            digests.insert(digest_of(spec, seed));
            ++states;
        }
    }
    EXPECT_EQ(digests.size(), states);
}

}  // namespace
}  // namespace commitbench
