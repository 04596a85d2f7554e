// SPDX-License-Identifier: Apache-2.0
// Roots from sorted leaves and from the reference tree, against published roots and against the
// recursive definition.
#include "backends/paged/reference_tree.hpp"
#include "backends/paged/root.hpp"
#include "tests/backends/paged_oracle.hpp"

#include <gtest/gtest.h>

namespace commitbench::paged {
namespace {

struct Item {
    StateKey key;
    Bytes value;
};

StateKey filled(std::uint8_t byte) {
    StateKey key;
    key.bytes.fill(byte);
    return key;
}

StateKey first_byte(std::uint8_t byte) {
    StateKey key;
    key.bytes[0] = byte;
    return key;
}

/// NOMT's test accounts: PCG XSH-RR 64/32 seeded with the number, eight outputs.
StateKey account(std::uint64_t id) {
    constexpr std::uint64_t kMultiplier = 6364136223846793005U;
    std::uint64_t state = (id + 1) * kMultiplier + 1;
    StateKey key;
    for (std::size_t i = 0; i < 8; ++i) {
        const std::uint64_t old = state;
        state = state * kMultiplier + 1;
        const auto word = static_cast<std::uint32_t>((old >> 18 ^ old) >> 27);
        const std::uint32_t rotated = std::rotr(word, static_cast<int>(old >> 59));
        for (std::size_t byte = 0; byte < 4; ++byte) {
            key.bytes[4 * i + byte] = static_cast<std::uint8_t>(rotated >> (8 * byte));
        }
    }
    return key;
}

std::vector<Item> accounts(std::uint64_t count) {
    std::vector<Item> items;
    for (std::uint64_t id = 0; id < count; ++id) {
        items.push_back({account(id), {0xe8, 3, 0, 0, 0, 0, 0, 0}});
    }
    return items;
}

std::vector<Item> two_keys(std::uint32_t bit) {
    return {{StateKey{}, {0xaa}}, {flipped(StateKey{}, bit), {0xbb}}};
}

std::vector<Item> large(std::size_t size) {
    return {{filled(0x11), Bytes(size, 7)}, {filled(0x91), {8}}};
}

struct RootVector {
    std::vector<Item> items;
    const char* blake3;
    const char* sha256;  // null: not published
};

// NOMT 1.0.4: the accounts from nomt/tests/add_remove.rs, the single leaf from
// nomt/tests/rollback.rs. The others were reproduced by two independent implementations that also
// give those.
std::vector<RootVector> root_vectors() {
    StateKey low;
    low.bytes[31] = 1;
    StateKey last = filled(0xaa);
    last.bytes[31] = 0xab;
    Bytes ramp(5000);
    for (std::size_t i = 0; i < ramp.size(); ++i) {
        ramp[i] = static_cast<std::uint8_t>(i % 251);
    }
    return {
        {{},
         "0000000000000000000000000000000000000000000000000000000000000000",
         "0000000000000000000000000000000000000000000000000000000000000000"},
        {{{low, {1}}}, "c6e25744545ddabdaf0a95201f8285e670ee9b3e0c1ced4a3006baafd1ac2fdf", nullptr},
        {{{filled(1), {1, 2, 3}}},
         "bf4baaf28565a55f683f5a3ef8d5c9b650c7f2ef7a6be5871c7f4f91d3526951",
         "8df64ddb7167814a417ec60aa334dc81a8e774b67c0fdf6f9c61831b0d1e5053"},
        {{{filled(0), {1, 2, 3}}, {filled(1), {1, 2, 3}}},
         "5a627364725244b7ee21bfc2a5a0a247a99a8386d08e61ba1fea2dd1e3940112",
         "7854511a907760c42de4f515a95a7b5238f2d071c3e52075f64c4df09c38110f"},
        {{{first_byte(0x10), {1}},
          {first_byte(0x20), {2}},
          {first_byte(0x40), {3}},
          {first_byte(0xa0), {4}}},
         "13f04a273ddf558e96d48a58b15766297267cb911fec9bbe766347dea1767810",
         "3b53b3d31965a3cbdeb0b0eb6b2f9010f47cff898c30e5f43e4e5c5b27176a29"},
        {{{StateKey{}, {0xcc}}, {flipped(StateKey{}, 8), {}}},
         "2690a05b1c2a79ed6616d809dce2bc53ba8040a4348d6978467aa067edcb5bb8",
         "4a30e9e851c6ef8cf0c1a200ca140b29b8193c1ac2ea290eca158b9f32d0b22a"},
        {{{filled(0xaa), Bytes(128, 1)}, {last, Bytes(128, 2)}},
         "29908ea0374b5d3f3f9471a35ce5d83b65d056bd3383689c335754fc8d7f5391",
         "1941857b15c3e0849a60145d3e21498fcb65631d01ce1f16c02be332e2458ea8"},
        {large(1332), "4ba13c17140723b6b75ff51b9abf50aa69ead0b300a37900a37e5a9b8e775c2f",
         "46a6c52e1bd6064c10e9e50942728c629ad5fd925f9ddf1a4fb5a3e7664e62b4"},
        {{{filled(0x11), ramp}},
         "8c506797bb6cbeb7fc353d4c5d4468d821e5354d2f615e1c0f344e31cea7042f",
         "9a4c66395e9ef8b48d597b2e6218084ecd0784b92aaea2a369942cf46d902a80"},
        {two_keys(0), "76b59a06b2d77dc45ae1bae4ebec8c11f0bb11d4d7f370df95232f844108dbaf",
         "2f783e5d411adfcda16ce7602412bc939511163fa8d9a5eb368da4ea3318c3dc"},
        {two_keys(5), "51d038cc9adf018084235ad874e8cf8ca46937f45ce6668e89b1bb588257ee99",
         "32563be23c1455f46f02fbf0ddd84b5fdfe93a4a31f3ce0b00c376a688e356c5"},
        {two_keys(6), "076a81915d1023377435ca0373ae7aa5d466fbac2306c03609c84c9531007b6d",
         "4ef7856246dac720bee4cefa8e6098d94342a0c797b8560ad14a37564d008722"},
        {two_keys(7), "2b1ab6bd962909e94e65afd977dc5a935299a519b6ad3879d83d03d10c95d9af",
         "3de1649e35e9dc413c2806221a7ab1c92b5e27bf07f042ef930715ecaf32a502"},
        {two_keys(8), "6707eeb7edad9ce86a46535b2cf7947d37a7f02d452739142e97a4c161749e86",
         "516f99a205be6e237efaee6b1887ad6aaeba7f124856ed692cac6bddda1d0a54"},
        {two_keys(127), "46039044ecf2d2352fc6c4e47d84471819eee38638b441464e66ca5a55094538",
         "23d22f97d16bb05c3f25262122bcb0e30e97a3ae1209a07b42cc088f62e65b9a"},
        {two_keys(255), "364f9827d0ee10fd1774acf7c8e20d5163530ac92c70b17adadb5bf74477676d",
         "6e8b4574914afc191b2e7afd3de1e28bb21dd009c543cc2d6479e3c0d9841879"},
        {accounts(2), "78e14bad2c2deb12231c922f3341c295e551a8d26ae5aba928fddf824f93e754",
         "497f85ab960eec9fed0d0d966c2eab4b7219986848565a6798c4ae83dddd3b21"},
        {accounts(100), "18a457ed03d9d28f8bf84aa05dc3c8005e35564e91d05bf6131094d4f3398528",
         "2edd828d2626126c84aaaf56dfe6055cb83fd75b82506a32f226015aae9073a8"},
        {accounts(500), "7849ef9330e40dbe28b2005208c5af476ec43d10695df9b21abeec9df2194667",
         nullptr},
        {accounts(1000), "542b4aae8ba2e202184b04becaed29db107680cf3c58b54d7f2ff615bfbce458",
         "2d73f92a041177107bdd9bad63d2e94f352457c9505243ffb14ca32220a72686"},
    };
}

std::vector<LeafEntry> leaves_of(const Entries& entries) {
    std::vector<LeafEntry> leaves;
    for (const auto& [key, value_hash] : entries) {
        leaves.push_back({key, value_hash});
    }
    return leaves;
}

std::string root_of(HashFunction function, const std::vector<Item>& items) {
    const NodeHasher hasher(function);
    Entries entries;
    for (const Item& item : items) {
        entries[item.key] = hasher.value_hash(item.value);
    }
    return to_hex(root_of_sorted(hasher, leaves_of(entries)));
}

TEST(PagedRoot, Vectors) {
    for (const RootVector& vector : root_vectors()) {
        EXPECT_EQ(root_of(HashFunction::blake3, vector.items), vector.blake3);
        if (vector.sha256 != nullptr) {
            EXPECT_EQ(root_of(HashFunction::sha256, vector.items), vector.sha256);
        }
    }
}

TEST(PagedRoot, EqualsTheRecursion) {
    const std::uint64_t seed = 21;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    for (const HashFunction function : kHashFunctions) {
        const NodeHasher hasher(function);
        for (int round = 0; round < 3; ++round) {
            for (const KeySet& set : key_sets(random)) {
                const Entries entries = with_values(set.keys, random);
                EXPECT_EQ(to_hex(root_of_sorted(hasher, leaves_of(entries))),
                          to_hex(PlainTrie(hasher, entries).root()))
                    << set.name;
            }
        }
    }
}

TEST(PagedRoot, SubTreeEqualsTheRecursionFromItsDepth) {
    const std::uint64_t seed = 22;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const NodeHasher hasher(HashFunction::blake3);
    for (const std::uint32_t depth : {1U, 5U, 6U, 12U, 13U, 64U, 200U, 250U, 255U, 256U}) {
        for (const std::size_t count : {0U, 1U, 2U, 3U, 19U, 64U, 65U, 130U}) {
            Entries entries;
            const StateKey first = random_key(random);
            for (std::size_t i = 0; i < count; ++i) {
                // Most diverge just below the sub-tree's top, some far below.
                const std::uint64_t span = random() % 4 == 0 ? kKeyBits - depth : 8;
                const std::uint64_t bits = depth + random() % std::max<std::uint64_t>(span, 1);
                entries[i == 0 || bits >= kKeyBits
                            ? first
                            : diverging(first, static_cast<std::uint32_t>(bits), random)] =
                    random_hash(random);
            }
            EXPECT_EQ(to_hex(sub_tree_root(hasher, leaves_of(entries), depth)),
                      to_hex(PlainTrie(hasher, entries, depth).root()))
                << depth << ", " << entries.size() << " keys";
        }
    }
}

TEST(PagedRoot, ManySubTreesAtOnce) {
    const std::uint64_t seed = 24;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const NodeHasher hasher(HashFunction::blake3);
    std::vector<Entries> sets;
    for (int round = 0; round < 60; ++round) {
        for (const KeySet& set : key_sets(random)) {
            sets.push_back(with_values(set.keys, random));
        }
    }
    std::vector<std::vector<LeafEntry>> leaves;
    for (const Entries& entries : sets) {
        leaves.push_back(leaves_of(entries));
    }
    std::vector<Node> roots(sets.size());
    std::vector<SubTreeJob> jobs;
    for (std::size_t i = 0; i < sets.size(); ++i) {
        jobs.push_back({leaves[i], 0, &roots[i]});
    }
    make_sub_trees(hasher, jobs);
    for (std::size_t i = 0; i < sets.size(); ++i) {
        EXPECT_EQ(to_hex(roots[i]), to_hex(PlainTrie(hasher, sets[i]).root())) << i;
    }
}

TEST(PagedRoot, MoreLeavesThanOneBatchHolds) {
    const std::uint64_t seed = 25;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const NodeHasher hasher(HashFunction::blake3);
    for (const std::uint32_t shared :
         {0U, 100U}) {  // 100: cut at levels of which one side is empty
        const StateKey first = random_key(random);
        std::vector<StateKey> keys{first, flipped(first, 3)};
        for (int i = 0; i < 9000; ++i) {
            keys.push_back(diverging(
                first, shared + static_cast<std::uint32_t>(random() % (i % 8 == 0 ? 100 : 2)),
                random));
        }
        const Entries entries = with_values(keys, random);
        const auto leaves = leaves_of(entries);
        std::array<Node, 3> roots;
        const std::array<SubTreeJob, 3> jobs{SubTreeJob{std::span(leaves).first(1), 256, &roots[0]},
                                             SubTreeJob{leaves, 0, &roots[1]},
                                             SubTreeJob{{}, 7, &roots[2]}};
        make_sub_trees(hasher, jobs);
        EXPECT_EQ(to_hex(roots[1]), to_hex(PlainTrie(hasher, entries).root())) << shared;
        EXPECT_EQ(roots[0], hasher.leaf(leaves[0].key, leaves[0].value_hash));
        EXPECT_TRUE(roots[2].is_terminator());
    }
}

TEST(PagedReferenceTree, VectorsInOneBlockAndBackToEmpty) {
    for (const RootVector& vector : root_vectors()) {
        const auto tree = make_binary_reference_tree(HashFunction::blake3);
        StateDiff put;
        StateDiff remove;
        for (const Item& item : vector.items) {
            put.add(item.key, OldState::unknown, {}, item.value);
            remove.add_deletion(item.key, OldState::unknown, {});
        }
        put.sort();
        remove.sort();
        tree->apply(put);
        EXPECT_EQ(commitbench::to_hex(tree->root().view()), vector.blake3);
        tree->apply(remove);
        EXPECT_EQ(tree->root(), Root{});
        tree->apply(put);
        EXPECT_EQ(commitbench::to_hex(tree->root().view()), vector.blake3);
    }
}

/// Keys and values as they are.
class ListedFirstState final : public FirstState {
  public:
    explicit ListedFirstState(std::vector<Item> items) : items_(std::move(items)) {}
    [[nodiscard]] std::uint64_t size() const override { return items_.size(); }
    [[nodiscard]] StateKey key(std::uint64_t rank) const override { return items_[rank].key; }
    void value(std::uint64_t rank, Bytes& value) const override { value = items_[rank].value; }
    [[nodiscard]] std::uint64_t keys_below(std::uint64_t prefix) const override {
        const auto first = std::ranges::partition_point(
            items_, [prefix](const Item& item) { return item.key.prefix() < prefix; });
        return static_cast<std::uint64_t>(first - items_.begin());
    }

  private:
    std::vector<Item> items_;  // ascending
};

/// Some blocks over the keys of `set` in random order, of which the first state has about
/// `loaded_percent`; the tree's root against the recursion's.
void check_history(HashFunction function,
                   const KeySet& set,
                   unsigned loaded_percent,
                   std::mt19937_64& random) {
    const NodeHasher hasher(function);
    const auto random_value = [&random] { return Bytes(1 + random() % 40, std::uint8_t{7}); };
    Entries entries;
    std::vector<Item> loaded;
    for (const StateKey& key : set.keys) {
        if (random() % 100 < loaded_percent) {
            loaded.push_back({key, random_value()});
            entries[key] = hasher.value_hash(loaded.back().value);
        }
    }
    const ListedFirstState first(std::move(loaded));
    const auto tree = make_binary_reference_tree(function);
    for (std::uint64_t rank = 0; rank < first.size();) {
        const std::uint64_t last = std::min(first.size(), rank + 1 + random() % 100);
        tree->load(first, rank, last);
        rank = last;
    }
    ASSERT_EQ(commitbench::to_hex(tree->root().view()), to_hex(PlainTrie(hasher, entries).root()))
        << set.name << ", loaded";
    for (int block = 0; block < 12; ++block) {
        std::map<StateKey, std::optional<Bytes>> changes;
        for (std::uint64_t i = random() % (2 * set.keys.size() + 1); i > 0; --i) {
            const StateKey& key = set.keys[random() % set.keys.size()];
            const bool deleted = random() % 3 < static_cast<unsigned>(block) % 3;
            changes[key] = deleted ? std::nullopt : std::optional(random_value());
        }
        StateDiff diff;
        for (const auto& [key, value] : changes) {
            if (value) {
                diff.add(key, OldState::unknown, {}, *value);
                entries[key] = hasher.value_hash(*value);
            } else {
                diff.add_deletion(key, OldState::unknown, {});
                entries.erase(key);
            }
        }
        tree->apply(diff);
        if (block % 4 != 1) {  // sometimes two blocks between two roots
            ASSERT_EQ(commitbench::to_hex(tree->root().view()),
                      to_hex(PlainTrie(hasher, entries).root()))
                << set.name << ", block " << block;
        }
    }
}

TEST(PagedReferenceTree, RandomHistoriesEqualTheRecursion) {
    const std::uint64_t seed = 23;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    for (const HashFunction function : kHashFunctions) {
        for (const KeySet& set : key_sets(random)) {
            if (set.keys.empty()) {
                continue;
            }
            for (const unsigned loaded_percent : {0U, 50U, 100U}) {
                check_history(function, set, loaded_percent, random);
            }
        }
    }
}

TEST(PagedReferenceTree, GrowsFromAFewKeysToManyBuckets) {
    const std::uint64_t seed = 24;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    KeySet set{"uniform 3000", {}};
    for (int i = 0; i < 3000; ++i) {
        set.keys.push_back(random_key(random));
    }
    std::ranges::sort(set.keys);
    for (const unsigned loaded_percent : {0U, 3U, 80U}) {
        check_history(HashFunction::blake3, set, loaded_percent, random);
    }
}

}  // namespace
}  // namespace commitbench::paged
