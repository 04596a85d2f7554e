// SPDX-License-Identifier: Apache-2.0
// New roots from witnesses, against the root of the whole key set.
#include "backends/paged/witness.hpp"
#include "tests/backends/paged_oracle.hpp"

#include <gtest/gtest.h>

namespace commitbench::paged {
namespace {

void write_to(Entries& entries, std::span<const Write> writes) {
    for (const Write& write : writes) {
        if (write.value_hash) {
            entries[write.key] = *write.value_hash;
        } else {
            entries.erase(write.key);
        }
    }
}

/// The new root by a witness of the written keys and of `reads`; checks it against the whole set.
void expect_new_root(const NodeHasher& hasher,
                     const Entries& entries,
                     const std::vector<Write>& writes,
                     std::vector<StateKey> reads,
                     const std::string& what) {
    PlainTrie before(hasher, entries);
    for (const Write& write : writes) {
        reads.push_back(write.key);
    }
    std::ranges::sort(reads);
    const auto witness = make_witness(before, before.root(), reads);
    ASSERT_TRUE(witness.ok());
    const auto root = verify_witness(hasher, before.root(), witness->encode(), writes);
    ASSERT_TRUE(root.ok()) << what << ": " << root.error().message;
    Entries after = entries;
    write_to(after, writes);
    EXPECT_EQ(to_hex(*root), to_hex(PlainTrie(hasher, after).root())) << what;
}

std::vector<Write> random_writes(const std::vector<StateKey>& pool,
                                 std::uint64_t most,
                                 unsigned deletions_of_4,
                                 std::mt19937_64& random) {
    std::map<StateKey, std::optional<Hash256>> writes;
    for (std::uint64_t i = random() % (most + 1); i > 0; --i) {
        writes[pool[random() % pool.size()]] =
            random() % 4 < deletions_of_4 ? std::nullopt : std::optional(random_hash(random));
    }
    std::vector<Write> sorted;
    for (const auto& [key, value_hash] : writes) {
        sorted.push_back({key, value_hash});
    }
    return sorted;
}

TEST(Witness, RandomHistoriesGiveTheRootsOfTheWholeSet) {
    const std::uint64_t seed = 51;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    for (const HashFunction function : kHashFunctions) {
        const NodeHasher hasher(function);
        for (const KeySet& set : key_sets(random)) {
            std::vector<StateKey> pool = set.keys;
            pool.resize(std::min<std::size_t>(pool.size(), 60));
            for (std::size_t i = pool.size() / 2; i > 0; --i) {
                pool.push_back(
                    diverging(pool[i], static_cast<std::uint32_t>(random() % kKeyBits), random));
            }
            pool.push_back(random_key(random));
            Entries entries;
            for (unsigned block = 0; block < 16; ++block) {
                // Grows, then shrinks to nothing or nearly, and again; few and many writes.
                const std::uint64_t most = block % 3 == 0 ? 2 * pool.size() : 4;
                const auto writes = random_writes(pool, most, block % 8 / 2 + 1, random);
                std::vector<StateKey> reads;
                for (std::uint64_t i = random() % 4; i > 0; --i) {
                    reads.push_back(pool[random() % pool.size()]);
                }
                expect_new_root(hasher, entries, writes, reads,
                                set.name + ", block " + std::to_string(block));
                write_to(entries, writes);
            }
        }
    }
}

TEST(Witness, EverySingleWriteToSmallSets) {
    // Every subset of five keys that diverge at bits 0, 1, 2 and 255, every key written or deleted:
    // leaves that rise by one level and by 250, into the root and beside internal nodes.
    const NodeHasher hasher(HashFunction::blake3);
    const StateKey zero;
    const std::array keys{zero, flipped(zero, 255), flipped(zero, 2), flipped(zero, 1),
                          flipped(zero, 0)};
    for (unsigned subset = 0; subset < 32; ++subset) {
        Entries entries;
        for (unsigned i = 0; i < keys.size(); ++i) {
            if ((subset >> i & 1) != 0) {
                entries[keys[i]] = Hash256{static_cast<std::uint8_t>(i)};
            }
        }
        for (unsigned i = 0; i < keys.size(); ++i) {
            const std::string what = std::to_string(subset) + "/" + std::to_string(i);
            expect_new_root(hasher, entries, {{keys[i], std::nullopt}}, {}, what + " deleted");
            expect_new_root(hasher, entries, {{keys[i], Hash256{77}}}, {}, what + " written");
        }
    }
}

// The case behind NOMT's pull request 931: a terminal below the last fork with several siblings of
// its own, so that what is updated must be hashed through all of them before it meets its
// neighbour.
TEST(Witness, TerminalWithSeveralSiblingsOfItsOwn) {
    const NodeHasher hasher(HashFunction::blake3);
    const StateKey zero;
    const StateKey right = flipped(zero, 0);
    Entries entries{{zero, {}}, {right, {}}};
    for (const std::uint32_t bit : {1U, 2U, 3U, 9U}) {
        entries[flipped(zero, bit)] = {};
        entries[flipped(right, bit)] = {};
    }
    for (const bool left_too : {false, true}) {
        std::vector<Write> writes{{right, std::nullopt}};
        if (left_too) {
            writes.insert(writes.begin(), {zero, Hash256{5}});
        }
        expect_new_root(hasher, entries, writes, {zero}, "several siblings");
        writes.back().value_hash = Hash256{6};
        expect_new_root(hasher, entries, writes, {zero}, "several siblings");
    }
}

TEST(Witness, DeletionBesideWhatNobodyProved) {
    const NodeHasher hasher(HashFunction::blake3);
    const StateKey zero;
    // The sibling is a leaf, which rises through empty levels to bit 3; or it is internal and
    // stays.
    const Entries leaf{{zero, {}}, {flipped(zero, 200), {}}, {flipped(zero, 3), {}}};
    const Entries internal{{zero, {}},
                           {flipped(zero, 200), {}},
                           {flipped(flipped(zero, 200), 255), {}},
                           {flipped(zero, 3), {}}};
    for (const Entries& entries : {leaf, internal}) {
        PlainTrie trie(hasher, entries);
        const auto proof = prove_keys(trie, std::vector{zero});
        ASSERT_EQ(proof->terminals.size(), 1U);
        expect_new_root(hasher, entries, {{zero, std::nullopt}}, {}, "beside the unproved");
    }
}

TEST(Witness, RefusesWhatItDoesNotProve) {
    const std::uint64_t seed = 52;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const NodeHasher hasher(HashFunction::blake3);
    std::vector<StateKey> keys(40);
    std::ranges::generate(keys, [&random] { return random_key(random); });
    std::ranges::sort(keys);
    PlainTrie trie(hasher, with_values(keys, random));
    const std::vector<StateKey> proved(keys.begin() + 10, keys.begin() + 20);
    const Bytes good = make_witness(trie, trie.root(), proved)->encode();
    const auto ok = [&](const Node& root, const Bytes& bytes, const std::vector<Write>& writes) {
        return verify_witness(hasher, root, bytes, writes).ok();
    };
    const std::vector<Write> writes{{proved[2], Hash256{1}}, {proved[5], std::nullopt}};
    EXPECT_TRUE(ok(trie.root(), good, writes));
    EXPECT_TRUE(ok(trie.root(), good, {}));
    EXPECT_FALSE(ok(trie.root(), good, {writes[1], writes[0]}));
    EXPECT_FALSE(ok(trie.root(), good, {writes[0], writes[0]}));
    for (std::size_t i : {0U, 9U, 20U, 39U}) {
        std::vector<Write> more = writes;
        more.insert(i < 10 ? more.begin() : more.end(), {keys[i], std::nullopt});
        EXPECT_FALSE(ok(trie.root(), good, more)) << i;
    }
    Node other = trie.root();
    other.bytes[7] ^= 1;
    EXPECT_FALSE(ok(other, good, writes));
    Bytes relabelled = good;
    relabelled[7] ^= 1;
    EXPECT_FALSE(ok(other, relabelled, writes));
    for (int i = 0; i < 2000; ++i) {
        Bytes bad = good;
        bad[random() % bad.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
        EXPECT_FALSE(ok(trie.root(), bad, writes));
    }
    for (std::size_t size = 0; size < good.size(); ++size) {
        EXPECT_FALSE(ok(trie.root(),
                        Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)),
                        writes));
    }
}

TEST(Witness, KeysOfOneBlockInTheEmptyTrie) {
    const NodeHasher hasher(HashFunction::sha256);
    std::mt19937_64 random(53);
    std::vector<Write> writes;
    for (int i = 0; i < 50; ++i) {
        writes.push_back({random_key(random), random_hash(random)});
    }
    std::ranges::sort(writes, {}, &Write::key);
    expect_new_root(hasher, {}, writes, {}, "from nothing");
}

}  // namespace
}  // namespace commitbench::paged
