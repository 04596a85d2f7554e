// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/multi_proof.hpp"
#include "tests/backends/paged_oracle.hpp"

#include <gtest/gtest.h>

namespace commitbench::paged {
namespace {

const NodeHasher kHasher(HashFunction::blake3);

MultiProof prove(PlainTrie& trie, const std::vector<StateKey>& keys) {
    auto proof = prove_keys(trie, keys);
    EXPECT_TRUE(proof.ok());
    return std::move(*proof);
}

std::vector<StateKey> some_of(const std::vector<StateKey>& keys,
                              std::uint64_t one_in,
                              std::mt19937_64& random) {
    std::vector<StateKey> some;
    std::ranges::copy_if(keys, std::back_inserter(some),
                         [&](const StateKey&) { return random() % one_in == 0; });
    return some;
}

/// The definition of the siblings' order (nodes of `proofs` agree on their first `bit` bits).
void bisect(std::span<const PathProof> proofs, std::uint32_t bit, std::vector<Node>& out) {
    const PathProof& first = proofs.front();
    if (proofs.size() == 1) {
        out.insert(out.end(), first.siblings.begin() + bit, first.siblings.end());
        return;
    }
    std::size_t middle = 0;
    while (middle < proofs.size() && !bit_of(proofs[middle].terminal.place.path, bit)) {
        ++middle;
    }
    if (middle == 0 || middle == proofs.size()) {
        out.push_back(first.siblings[bit]);
        bisect(proofs, bit + 1, out);
        return;
    }
    bisect(proofs.first(middle), bit + 1, out);
    bisect(proofs.subspan(middle), bit + 1, out);
}

TEST(MultiProof, IsWhatRecursiveBisectionGives) {
    const std::uint64_t seed = 41;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    for (const KeySet& set : key_sets(random)) {
        PlainTrie trie(kHasher, with_values(set.keys, random));
        for (const std::uint64_t one_in : {1U, 3U, 20U}) {
            const std::vector<StateKey> keys = some_of(asked(set.keys, random), one_in, random);
            std::vector<PathProof> paths;
            paths.reserve(keys.size());
            for (const StateKey& key : keys) {
                paths.push_back(*prove_key(trie, key));
            }
            const MultiProof proof = prove(trie, keys);
            std::ranges::shuffle(paths, random);
            const auto combined = multi_proof_of(paths);
            ASSERT_TRUE(combined.ok());
            EXPECT_EQ(*combined, proof) << set.name;

            std::ranges::sort(paths, {}, [](const PathProof& p) { return p.terminal.place; });
            paths.erase(std::unique(paths.begin(), paths.end(),
                                    [](const PathProof& a, const PathProof& b) {
                                        return a.terminal == b.terminal;
                                    }),
                        paths.end());
            std::vector<Node> siblings;
            if (!paths.empty()) {
                bisect(paths, 0, siblings);
            }
            EXPECT_EQ(proof.siblings, siblings) << set.name;
            EXPECT_EQ(proof.terminals.size(), paths.size()) << set.name;
        }
    }
}

TEST(MultiProof, VerifiesAndAnswersForEveryKeyAsked) {
    const std::uint64_t seed = 42;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    for (const KeySet& set : key_sets(random)) {
        const Entries entries = with_values(set.keys, random);
        PlainTrie trie(kHasher, entries);
        const std::vector<StateKey> all = asked(set.keys, random);
        const std::vector<StateKey> keys = some_of(all, 2, random);
        const MultiProof proof = prove(trie, keys);
        EXPECT_TRUE(verify_multi(kHasher, trie.root(), proof)) << set.name;
        const auto decoded = MultiProof::decode(proof.encode());
        ASSERT_TRUE(decoded.ok()) << decoded.error().message;
        EXPECT_EQ(*decoded, proof) << set.name;
        for (const StateKey& key : all) {
            const Terminal* terminal = proof.look_up(key);
            const auto found = entries.find(key);
            if (terminal == nullptr) {
                EXPECT_FALSE(std::ranges::binary_search(keys, key)) << set.name;
                continue;
            }
            EXPECT_EQ(terminal->claim(key), found == entries.end() ? Claim::absent : Claim::present)
                << set.name;
            if (found != entries.end()) {
                EXPECT_EQ(terminal->leaf->value_hash, found->second) << set.name;
            }
        }
    }
}

TEST(MultiProof, NoFlippedBitIsAccepted) {
    const std::uint64_t seed = 43;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    std::uint64_t tried = 0;
    for (const KeySet& set : key_sets(random)) {
        PlainTrie trie(kHasher, with_values(set.keys, random));
        std::vector<StateKey> keys = some_of(asked(set.keys, random), 8, random);
        keys.push_back(random_key(random));
        std::ranges::sort(keys);
        const Bytes good = prove(trie, keys).encode();
        for (int i = 0; i < 500; ++i, ++tried) {
            Bytes bad = good;
            // The few bytes of counts and headers as often as the many of hashes.
            const std::size_t span =
                random() % 2 == 0 ? bad.size() : std::min<std::size_t>(12, bad.size());
            bad[random() % span] ^= static_cast<std::uint8_t>(1U << random() % 8);
            const auto proof = MultiProof::decode(bad);
            EXPECT_FALSE(proof.ok() && verify_multi(kHasher, trie.root(), *proof)) << set.name;
        }
        Node root = trie.root();
        root.bytes[random() % 32] ^= static_cast<std::uint8_t>(1U << random() % 8);
        EXPECT_FALSE(verify_multi(kHasher, root, *MultiProof::decode(good))) << set.name;
    }
    EXPECT_GE(tried, 10'000U);
}

TEST(MultiProof, RefusesWhatIsCutShortOrLongerOrNotCanonical) {
    std::mt19937_64 random(44);
    StateKey low;
    PlainTrie trie(kHasher, {{low, {}}, {flipped(low, 13), {}}, {flipped(low, 1), {}}});
    const MultiProof proof = prove(trie, {low, flipped(low, 3)});
    const Bytes good = proof.encode();
    for (std::size_t size = 0; size < good.size(); ++size) {
        EXPECT_FALSE(MultiProof::decode(ByteView(good).first(size)).ok()) << size;
    }
    Bytes longer = good;
    longer.push_back(0);
    EXPECT_FALSE(MultiProof::decode(longer).ok());

    Bytes many = good;
    many[0] = 0xff;  // more terminals than 4 GiB could hold
    EXPECT_FALSE(MultiProof::decode(many).ok());

    MultiProof bad = proof;
    std::swap(bad.terminals[0], bad.terminals[1]);
    EXPECT_FALSE(MultiProof::decode(bad.encode()).ok());
    EXPECT_FALSE(verify_multi(kHasher, trie.root(), bad));
    bad = proof;
    bad.terminals.insert(bad.terminals.begin() + 1, Terminal::of_nothing(flipped(low, 40), 30));
    EXPECT_FALSE(MultiProof::decode(bad.encode()).ok()) << "one terminal below another";
    bad.terminals = {proof.terminals[0], proof.terminals[0]};
    EXPECT_FALSE(MultiProof::decode(bad.encode()).ok()) << "one terminal twice";
    bad = proof;
    bad.siblings.pop_back();
    EXPECT_FALSE(verify_multi(kHasher, trie.root(), bad));

    // A terminator in full instead of its bit: the same nodes, other bytes.
    const std::size_t bits = 4 + 66 + 3;    // count, a leaf, a terminator of depth 4
    ASSERT_EQ(proof.siblings.size(), 13U);  // 14 beside the leaf's path, less the fork
    Bytes full = good;
    ASSERT_EQ(full[bits], 0xbf);  // the second is the leaf of another key
    full[bits] = 0xbe;
    full.insert(full.begin() + static_cast<std::ptrdiff_t>(bits) + 2 + 32, 32, 0);
    EXPECT_FALSE(MultiProof::decode(full).ok());
    Bytes unused = good;
    unused[bits + 1] |= 0x01;
    EXPECT_FALSE(MultiProof::decode(unused).ok());
}

TEST(MultiProof, ProofsOfTwoTriesDoNotCombine) {
    std::mt19937_64 random(45);
    const StateKey key;
    const StateKey other = flipped(key, 9);
    PlainTrie first(kHasher, {{key, {}}, {other, {}}, {flipped(key, 2), {}}});
    PlainTrie second(kHasher, {{key, {}}, {other, {}}, {flipped(key, 2), random_hash(random)}});
    EXPECT_TRUE(multi_proof_of({*prove_key(first, key), *prove_key(first, other)}).ok());
    EXPECT_FALSE(multi_proof_of({*prove_key(first, key), *prove_key(second, other)}).ok());
    PlainTrie third(kHasher, {{key, {}}});
    EXPECT_FALSE(multi_proof_of({*prove_key(first, key), *prove_key(third, other)}).ok());
    PathProof odd = *prove_key(first, key);
    odd.siblings.pop_back();
    EXPECT_FALSE(multi_proof_of({odd}).ok());
}

TEST(MultiProof, OfNothing) {
    PlainTrie trie(kHasher, {{StateKey{}, {}}});
    const MultiProof nothing = prove(trie, {});
    EXPECT_EQ(nothing.encode(), Bytes(4));
    EXPECT_EQ(*MultiProof::decode(Bytes(4)), nothing);
    EXPECT_TRUE(verify_multi(kHasher, trie.root(), nothing));
    EXPECT_EQ(nothing.look_up(StateKey{}), nullptr);
    EXPECT_EQ(*verify_update(kHasher, trie.root(), nothing, {}), trie.root());
    const Write write{StateKey{}, std::nullopt};
    EXPECT_FALSE(verify_update(kHasher, trie.root(), nothing, {&write, 1}).ok());
}

}  // namespace
}  // namespace commitbench::paged
