// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/path_proof.hpp"
#include "backends/paged/reference_tree.hpp"
#include "tests/backends/paged_oracle.hpp"

#include <gtest/gtest.h>

namespace commitbench::paged {
namespace {

using Values = std::map<StateKey, Bytes>;

Values values_for(const std::vector<StateKey>& keys, std::mt19937_64& random) {
    Values values;
    for (const StateKey& key : keys) {
        Bytes value(random() % 40);
        std::ranges::generate(value, [&random] { return static_cast<std::uint8_t>(random()); });
        values[key] = value;
    }
    return values;
}

Entries hashed(const NodeHasher& hasher, const Values& values) {
    Entries entries;
    for (const auto& [key, value] : values) {
        entries[key] = hasher.value_hash(value);
    }
    return entries;
}

Proof prove(PlainTrie& trie, const Values& values, const StateKey& key) {
    const auto path = prove_key(trie, key);
    EXPECT_TRUE(path.ok());
    const auto found = values.find(key);
    return encode_path_proof(*path, key, found == values.end() ? ByteView() : found->second);
}

TEST(PathProof, PresenceAndAbsenceInSetsOfEveryShape) {
    const std::uint64_t seed = 31;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    for (const auto function : kHashFunctions) {
        const NodeHasher hasher(function);
        for (const KeySet& set : key_sets(random)) {
            const Values values = values_for(set.keys, random);
            PlainTrie trie(hasher, hashed(hasher, values));
            for (const StateKey& key : asked(set.keys, random)) {
                const Verdict verdict =
                    verify_path_items(hasher, trie.root(), key, prove(trie, values, key));
                const auto found = values.find(key);
                ASSERT_TRUE(verdict.valid) << set.name;
                EXPECT_EQ(verdict.value.has_value(), found != values.end()) << set.name;
                if (verdict.value && found != values.end()) {
                    EXPECT_EQ(*verdict.value, found->second) << set.name;
                }
            }
        }
    }
}

TEST(PathProof, EmptyTrie) {
    const NodeHasher hasher(HashFunction::blake3);
    PlainTrie trie(hasher, {});
    const Proof proof = prove(trie, {}, StateKey{});
    ASSERT_EQ(proof.items.size(), 1U);
    EXPECT_EQ(proof.items[0], Bytes({0, 0}));
    const Verdict verdict = verify_path_items(hasher, kTerminator, StateKey{}, proof);
    EXPECT_TRUE(verdict.valid);
    EXPECT_FALSE(verdict.value.has_value());
    EXPECT_FALSE(verify_path_items(hasher, kTerminator, StateKey{}, {}).valid);
}

TEST(PathProof, ClaimsOfATerminal) {
    std::mt19937_64 random(32);
    const StateKey key = random_key(random);
    const Terminal leaf = Terminal::of_leaf({key, {}}, 9);
    EXPECT_EQ(leaf.claim(key), Claim::present);
    EXPECT_EQ(leaf.claim(flipped(key, 9)), Claim::absent);
    EXPECT_EQ(leaf.claim(flipped(key, 8)), Claim::out_of_scope);
    const Terminal nothing = Terminal::of_nothing(key, 9);
    EXPECT_EQ(nothing.claim(key), Claim::absent);
    EXPECT_EQ(nothing.claim(flipped(key, 200)), Claim::absent);
    EXPECT_EQ(nothing.claim(flipped(key, 0)), Claim::out_of_scope);
}

TEST(PathProof, ShapesThatNoTrieHasAreRefused) {
    // Roots made by hand above pairs that would have compacted: the hashes are right, the tree is
    // not.
    const NodeHasher hasher(HashFunction::blake3);
    const LeafEntry entry{StateKey{}, {}};
    const Node leaf = hasher.leaf(entry.key, entry.value_hash);
    PathProof proof{Terminal::of_leaf(entry, 1), {kTerminator}};
    EXPECT_FALSE(verify_path(hasher, hasher.internal(leaf, kTerminator), proof));
    proof.terminal = Terminal::of_nothing(StateKey{}, 1);
    EXPECT_FALSE(verify_path(hasher, hasher.internal(kTerminator, kTerminator), proof));
    proof.siblings[0] = leaf;
    EXPECT_FALSE(verify_path(hasher, hasher.internal(kTerminator, leaf), proof));
    proof.siblings[0] = hasher.internal(leaf, leaf);
    EXPECT_TRUE(verify_path(hasher, hasher.internal(kTerminator, proof.siblings[0]), proof));
    proof.siblings.push_back(leaf);
    EXPECT_FALSE(verify_path(hasher, hasher.internal(kTerminator, proof.siblings[0]), proof));
}

/// Each list is one that a reader might take for the same proof.
TEST(PathProof, OtherEncodingsOfTheSameProofAreRefused) {
    const NodeHasher hasher(HashFunction::blake3);
    const StateKey low;
    const StateKey high = flipped(low, 13);
    const Values values{{low, {1}}, {high, {2}}};
    PlainTrie trie(hasher, hashed(hasher, values));
    const Proof good = prove(trie, values, low);
    ASSERT_TRUE(verify_path_items(hasher, trie.root(), low, good).valid);
    ASSERT_EQ(good.items.size(), 2U + 14U);
    const auto refused = [&](auto change) {
        Proof bad = good;
        change(bad.items);
        EXPECT_FALSE(verify_path_items(hasher, trie.root(), low, bad).valid);
    };
    using Items = std::vector<Bytes>;
    refused([](Items& items) { items[2] = Bytes(32); });  // the terminator in full
    refused([](Items& items) { items[2] = Bytes(31); });
    refused([](Items& items) { items[2] = Bytes(1); });
    refused([](Items& items) { items.back().push_back(0); });
    refused([](Items& items) { items.back().pop_back(); });
    refused([](Items& items) { items.emplace_back(); });
    refused([](Items& items) { items.pop_back(); });
    refused([](Items& items) { items.erase(items.begin() + 1); });  // without the value
    refused([](Items& items) { items[0].push_back(0); });
    refused([](Items& items) { items[0].pop_back(); });
    refused([](Items& items) { items[0][0] |= 0x40; });  // unused header bits
    refused([](Items& items) { items[0][0] |= 0x01; });  // depth 270
    const StateKey absent = flipped(low, 3);
    Proof nothing = prove(trie, values, absent);
    ASSERT_TRUE(verify_path_items(hasher, trie.root(), absent, nothing).valid);
    nothing.items[0].back() |= 0x01;  // below the terminator's depth
    EXPECT_FALSE(verify_path_items(hasher, trie.root(), absent, nothing).valid);
}

TEST(PathProof, NoFlippedBitIsAccepted) {
    const std::uint64_t seed = 33;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const NodeHasher hasher(HashFunction::blake3);
    std::uint64_t tried = 0;
    for (const KeySet& set : key_sets(random)) {
        const Values values = values_for(set.keys, random);
        PlainTrie trie(hasher, hashed(hasher, values));
        const std::vector<StateKey> keys = asked(set.keys, random);
        for (int i = 0; i < 40; ++i) {
            const StateKey& key = keys[random() % keys.size()];
            const Proof good = prove(trie, values, key);
            for (int j = 0; j < 16; ++j, ++tried) {
                Proof bad = good;
                Bytes& item = bad.items[random() % bad.items.size()];
                if (item.empty()) {
                    item.push_back(static_cast<std::uint8_t>(random()));
                } else {
                    item[random() % item.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
                }
                EXPECT_FALSE(verify_path_items(hasher, trie.root(), key, bad).valid) << set.name;
            }
            Node root = trie.root();
            root.bytes[random() % 32] ^= static_cast<std::uint8_t>(1U << random() % 8);
            EXPECT_FALSE(verify_path_items(hasher, root, key, good).valid) << set.name;
            // Another key's proof may be this one's too (both end at one terminator), but it never
            // says what is not so.
            const StateKey other = flipped(key, static_cast<std::uint32_t>(random() % kKeyBits));
            const Verdict verdict = verify_path_items(hasher, trie.root(), other, good);
            EXPECT_FALSE(verdict.valid && (verdict.value || values.contains(other))) << set.name;
            tried += 2;
        }
    }
    EXPECT_GE(tried, 10'000U);
}

}  // namespace
}  // namespace commitbench::paged
