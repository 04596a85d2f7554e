// SPDX-License-Identifier: Apache-2.0
// Proofs and witnesses of the real tree: the bytes that the oracle's proofs have, for a proof of
// one statement has one encoding.
#include "backends/paged/prover.hpp"
#include "backends/paged/witness.hpp"
#include "tests/backends/paged_oracle.hpp"

#include <gtest/gtest.h>

namespace commitbench::paged {
namespace {

/// A block over the keys of `pool`: what becomes of each.
std::map<StateKey, std::optional<Bytes>> random_block(const std::vector<StateKey>& pool,
                                                      unsigned deletions_of_4,
                                                      std::mt19937_64& random) {
    std::map<StateKey, std::optional<Bytes>> block;
    for (std::uint64_t i = random() % (pool.size() + 1); i > 0; --i) {
        block[pool[random() % pool.size()]] =
            random() % 4 < deletions_of_4
                ? std::nullopt
                : std::optional(Bytes(random() % 50, static_cast<std::uint8_t>(random())));
    }
    return block;
}

void expect_same_proofs(Tree& tree, PlainTrie& oracle, const std::vector<StateKey>& keys) {
    TreeReader reader(tree, nullptr);
    Prover prover(tree.hasher(), reader);
    const auto proof = prove_keys(prover, keys);
    ASSERT_TRUE(proof.ok()) << proof.error().message;
    EXPECT_EQ(proof->encode(), prove_keys(oracle, keys)->encode());
    for (const StateKey& key : keys) {
        const auto one = prove_key(prover, key);
        const auto expected = prove_key(oracle, key);
        ASSERT_TRUE(one.ok()) << one.error().message;
        EXPECT_EQ(one->terminal, expected->terminal);
        EXPECT_EQ(one->siblings, expected->siblings);
    }
}

TEST(Prover, ProofsAndWitnessesOverRandomHistories) {
    const std::uint64_t seed = 61;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    for (const std::uint32_t bucket_leaves : {1U, 2U, 4U, 20U, 128U}) {
        for (const KeySet& set : key_sets(random)) {
            if (set.keys.empty()) {
                continue;
            }
            SCOPED_TRACE(set.name + ", buckets of " + std::to_string(bucket_leaves));
            WorkerPool pool(1);
            Tree tree({.hash = HashFunction::blake3, .limit = {.leaves = bucket_leaves}}, pool,
                      nullptr);
            ASSERT_TRUE(tree.open({}).ok());
            Entries entries;
            for (unsigned number = 0; number < 5; ++number) {
                PlainTrie before(tree.hasher(), entries);
                ASSERT_EQ(to_hex(tree.root()), to_hex(before.root()));
                const std::vector<StateKey> keys = asked(set.keys, random);
                expect_same_proofs(tree, before, keys);

                const auto block = random_block(set.keys, number % 4, random);
                std::vector<KeyWrite> writes;
                std::vector<Write> hashed;
                for (const auto& [key, value] : block) {
                    writes.push_back({key, value ? ByteView(*value) : ByteView(), !value});
                    hashed.push_back({key, std::nullopt});
                    entries.erase(key);
                    if (value) {
                        hashed.back().value_hash = tree.hasher().value_hash(*value);
                        entries[key] = *hashed.back().value_hash;
                    }
                }
                TreeReader reader(tree, nullptr);
                Prover prover(tree.hasher(), reader);
                const auto witness = make_witness(prover, tree.root(), keys);
                ASSERT_TRUE(witness.ok());
                const auto promised =
                    verify_witness(tree.hasher(), tree.root(), witness->encode(), hashed);
                ASSERT_TRUE(promised.ok()) << promised.error().message;
                ASSERT_TRUE(tree.stage(writes).ok());
                const auto root = tree.merkleize();
                tree.end_block();
                ASSERT_TRUE(root.ok());
                EXPECT_EQ(to_hex(*promised), to_hex(*root));
            }
        }
    }
}

}  // namespace
}  // namespace commitbench::paged
