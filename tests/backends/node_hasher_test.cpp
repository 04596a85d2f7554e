// SPDX-License-Identifier: Apache-2.0
// The node hasher's batches against its single calls, and these against node.hpp's rule.
#include "backends/paged/node_hasher.hpp"

#include "hash/blake3.hpp"
#include "hash/sha256.hpp"

#include <gtest/gtest.h>
#include <random>

namespace commitbench::paged {
namespace {

constexpr std::uint64_t kSeed = 3;

Hash256 plain(HashFunction function, const Bytes& message) {
    return function == HashFunction::blake3   ? blake3(message)
           : function == HashFunction::sha256 ? sha256(message)
                                              : keccak256(message);
}

class NodeHasherOf : public testing::TestWithParam<const char*> {};

TEST_P(NodeHasherOf, BatchesEqualSingleCallsAndTheRule) {
    const NodeHasher hasher(hash_function(GetParam()));
    EXPECT_EQ(scheme_of(hasher.function()), "nomt-" + std::string(GetParam()));
    std::mt19937_64 random(kSeed);
    std::vector<Node> nodes(60);
    for (Node& node : nodes) {
        for (std::uint8_t& byte : node.bytes) {
            byte = static_cast<std::uint8_t>(random());
        }
    }
    nodes[0] = kTerminator;
    for (const std::size_t count : {0U, 1U, 2U, 5U, 16U, 17U, 100U}) {
        std::vector<PairJob> pairs(count);
        std::vector<Node> parents(count);
        std::vector<LeafJob> leaf_jobs(count);
        std::vector<Node> leaves(count);
        std::vector<Bytes> values(count);
        std::vector<ValueJob> value_jobs(count);
        std::vector<Hash256> hashes(count);
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t at = random() % (nodes.size() - 1);
            // A third lie side by side, as siblings in a page do.
            pairs[i] = {&nodes[at], &nodes[i % 3 == 0 ? at + 1 : random() % nodes.size()],
                        &parents[i]};
            leaf_jobs[i] = {nodes[at].bytes.data(), nodes[at + 1].bytes.data(), &leaves[i]};
            values[i].assign(random() % 130, static_cast<std::uint8_t>(random()));
            value_jobs[i] = {values[i], &hashes[i]};
        }
        hasher.make_internal(pairs);
        hasher.make_leaves(leaf_jobs);
        hasher.hash_values(value_jobs);
        for (std::size_t i = 0; i < count; ++i) {
            SCOPED_TRACE(testing::Message() << i << " of " << count << ", seed " << kSeed);
            EXPECT_EQ(parents[i], hasher.internal(*pairs[i].left, *pairs[i].right));
            EXPECT_FALSE(parents[i].is_leaf());
            Bytes both(pairs[i].left->bytes.begin(), pairs[i].left->bytes.end());
            both.insert(both.end(), pairs[i].right->bytes.begin(), pairs[i].right->bytes.end());
            EXPECT_EQ(parents[i], Node::internal(plain(hasher.function(), both)));
            StateKey key;
            Hash256 value_hash;
            std::memcpy(key.bytes.data(), leaf_jobs[i].key, 32);
            std::memcpy(value_hash.data(), leaf_jobs[i].value_hash, 32);
            EXPECT_EQ(leaves[i], hasher.leaf(key, value_hash));
            EXPECT_TRUE(leaves[i].is_leaf());
            EXPECT_EQ(hashes[i], plain(hasher.function(), values[i]));
        }
    }
}

TEST_P(NodeHasherOf, BatchesOfEverySize) {
    const NodeHasher hasher(hash_function(GetParam()));
    std::mt19937_64 random(kSeed);
    std::array<Node, 2 * kMostLanes> children{};
    for (Node& node : children) {
        for (std::uint8_t& byte : node.bytes) {
            byte = static_cast<std::uint8_t>(random());
        }
    }
    for (std::size_t size = 0; size <= kMostLanes; ++size) {
        std::array<Node, kMostLanes> parents{};
        PairBatch batch;
        batch.size = size;
        for (std::size_t i = 0; i < size; ++i) {
            batch.left[i] = children[2 * i].bytes.data();
            batch.right[i] = children[2 * i + 1].bytes.data();
            batch.out[i] = parents[i].bytes.data();
        }
        hasher.make_internal(batch);
        for (std::size_t i = 0; i < kMostLanes; ++i) {
            EXPECT_EQ(parents[i], i < size ? hasher.internal(children[2 * i], children[2 * i + 1])
                                           : kTerminator)
                << i << " of " << size << ", seed " << kSeed;
        }
    }
}

// A level hashed into its own place: a parent takes the place of its left child.
TEST_P(NodeHasherOf, AParentMayReplaceItsChild) {
    const NodeHasher hasher(hash_function(GetParam()));
    std::vector<Node> level(64);
    for (std::size_t i = 0; i < level.size(); ++i) {
        level[i].bytes.fill(static_cast<std::uint8_t>(i));
    }
    const std::vector<Node> before = level;
    std::vector<PairJob> jobs;
    for (std::size_t i = 0; i < level.size(); i += 2) {
        jobs.push_back({&level[i], &level[i + 1], &level[i]});
    }
    hasher.make_internal(jobs);
    for (std::size_t i = 0; i < level.size(); i += 2) {
        EXPECT_EQ(level[i], hasher.internal(before[i], before[i + 1])) << i;
    }
}

TEST_P(NodeHasherOf, CompressionsAndTheirCost) {
    const NodeHasher hasher(hash_function(GetParam()));
    EXPECT_EQ(hasher.compressions(64), hasher.function() == HashFunction::sha256 ? 2U : 1U);
    EXPECT_GT(hasher.measure_compression_ns(), 0);
}

INSTANTIATE_TEST_SUITE_P(Functions,
                         NodeHasherOf,
                         testing::Values("blake3", "sha256", "keccak256"),
                         [](const auto& function) { return std::string(function.param); });

}  // namespace
}  // namespace commitbench::paged
