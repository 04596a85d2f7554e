// SPDX-License-Identifier: Apache-2.0
// Random histories of `mpt` against the recompute-everything trie: same key set, same root.
#include "backends/mpt/bulk_builder.hpp"
#include "backends/mpt/reference_trie.hpp"
#include "hash/blake3.hpp"
#include "tests/backends/mpt_harness.hpp"
#include "tests/backends/plain_trie.hpp"

#include <map>

namespace commitbench {
namespace {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t limit) {
    return static_cast<std::size_t>(random() % limit);
}

Bytes random_bytes(Random& random, std::size_t length) {
    Bytes bytes(length);
    for (std::uint8_t& byte : bytes) {
        byte = static_cast<std::uint8_t>(random());
    }
    return bytes;
}

/// How a history's keys look. Small alphabets make prefixes, extensions and collapses frequent.
struct Shape {
    const char* name;
    std::size_t shortest;
    std::size_t longest;
    unsigned alphabet;  ///< byte values
    std::size_t pool;   ///< distinct keys at most
};
constexpr std::array kShapes{
    Shape{"words of every length, deep prefixes", 1, 6, 3, 400},
    Shape{"32 bytes, two byte values: long shared paths", 32, 32, 2, 300},
    Shape{"32 bytes, uniform", 32, 32, 256, 600},
    Shape{"one and two bytes, dense", 1, 2, 256, 500},
    Shape{"long keys", 40, 90, 2, 60},
};

Bytes random_key(Random& random, const Shape& shape) {
    Bytes key(shape.shortest + below(random, shape.longest - shape.shortest + 1));
    for (std::uint8_t& byte : key) {
        // Spread over both nibbles: 0x00, 0x11, 0x10 ... rather than low nibbles alone.
        byte = static_cast<std::uint8_t>(below(random, shape.alphabet) *
                                         (shape.alphabet == 256 ? 1 : 0x11));
    }
    return key;
}

Bytes random_value(Random& random) {
    // Around the sizes where a node changes from embedded to hashed, and now and then a large one.
    constexpr std::array<std::size_t, 8> kLengths{1, 2, 20, 28, 31, 32, 33, 110};
    return random_bytes(random,
                        below(random, 50) == 0 ? 3000 : kLengths[below(random, kLengths.size())]);
}

struct History {
    const char* options;
    std::uint64_t seed;
    std::size_t blocks;
    bool reopen;
};

void PrintTo(const History& history, std::ostream* out) {
    *out << history.options << " seed " << history.seed;
}

PlainTrie::NodeHash hash_of(std::string_view options) {
    return options.find("hash=blake3") != std::string_view::npos ? blake3 : keccak256;
}

class MptDifferential : public ::testing::TestWithParam<History> {};

TEST_P(MptDifferential, SameRootAsRecomputingEverything) {
    const History& history = GetParam();
    std::size_t operations = 0;
    for (const Shape& shape : kShapes) {
        SCOPED_TRACE(::testing::Message() << shape.name << ", seed " << history.seed);
        Random random(history.seed);
        const TemporaryFolder folder;
        const auto backend = open_mpt(history.options, folder.path(), std::uint64_t{8} << 20);
        ASSERT_NE(backend, nullptr);
        PlainTrie plain(hash_of(history.options));
        std::vector<Bytes> pool;
        for (std::size_t i = 0; i < shape.pool; ++i) {
            pool.push_back(random_key(random, shape));
        }
        for (std::size_t block = 0; block < history.blocks; ++block) {
            // Phases: growing, mixed, shrinking to nothing, so that every collapse happens.
            const std::size_t deletions = block % 10 < 4 ? 1 : (block % 10 < 7 ? 5 : 9);
            std::vector<KeyChange> changes(1 + below(random, block % 3 == 0 ? 3 : 80));
            for (KeyChange& change : changes) {
                const Bytes& key = pool[below(random, pool.size())];
                change =
                    below(random, 10) < deletions ? erase(key) : put(key, random_value(random));
                if (change.deleted) {
                    plain.erase(change.key);
                } else {
                    plain.put(change.key, change.value);
                }
            }
            operations += changes.size();
            ASSERT_EQ(commit(*backend, changes), to_hex(plain.root())) << "block " << block;
            if (history.reopen) {
                ASSERT_TRUE(backend->reopen().ok());
                ASSERT_EQ(backend->persisted().block, block + 1);
            }
        }
    }
    RecordProperty("operations", static_cast<int>(operations));
}

INSTANTIATE_TEST_SUITE_P(Histories,
                         MptDifferential,
                         ::testing::Values(History{"store=memory", 1, 400, false},
                                           History{"store=memory", 2, 400, true},
                                           History{"store=memory", 3, 400, false},
                                           History{"store=memory", 4, 400, false},
                                           History{"lanes=on", 9, 150, false},
                                           History{"hash=blake3", 10, 60, false},
                                           History{"hash=blake3,lanes=on", 11, 150, true},
                                           History{"store=lmdb", 5, 60, false},
                                           History{"store=lmdb", 6, 40, true},
                                           History{"store=rocksdb", 7, 60, false},
                                           History{"store=rocksdb", 8, 20, true}),
                         [](const auto& test) {
                             return "history" + std::to_string(test.param.seed);
                         });

TEST(MptBulkLoad, SameRootAsRecomputingEverything) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        Random random(seed);
        const Shape& shape = kShapes[seed % kShapes.size()];
        std::map<Bytes, Bytes> entries;
        const std::size_t count = below(random, 120);
        for (std::size_t i = 0; i < count; ++i) {
            entries[random_key(random, shape)] = random_value(random);
        }
        PlainTrie plain;
        std::map<Bytes, Bytes> nodes;
        mpt::BulkBuilder builder([&](const mpt::EncodedNode& node) {
            nodes[{node.hash.begin(), node.hash.end()}] = {node.rlp.begin(), node.rlp.end()};
            return Status{};
        });
        for (const auto& [key, value] : entries) {
            plain.put(key, value);
            ASSERT_TRUE(builder.add(key, value).ok());
        }
        ASSERT_EQ(to_hex(*builder.finish()), to_hex(plain.root()))
            << shape.name << ", seed " << seed;
    }
}

TEST(MptReferenceTrie, SameRootAsRecomputingEverything) {
    struct Kind {
        unsigned alphabet = 2;
        bool secure = false;
        PlainTrie::NodeHash hash = keccak256;
    };
    for (const auto& [alphabet, secure, hash] : {Kind{2, false}, Kind{256, false}, Kind{2, true},
                                                 Kind{2, false, blake3}, Kind{2, true, blake3}}) {
        for (std::uint64_t seed = 1; seed <= 3; ++seed) {
            Random random(seed);
            const Shape shape{"", 32, 32, alphabet, 0};
            std::vector<Bytes> pool(250);
            std::ranges::generate(pool, [&] { return random_key(random, shape); });
            const auto reference = make_mpt_reference_trie(secure, hash);
            PlainTrie plain(hash);
            for (std::size_t block = 0; block < 120; ++block) {
                std::map<Bytes, std::optional<Bytes>> changes;
                for (std::size_t i = 0; i < 1 + below(random, 40); ++i) {
                    auto& change = changes[pool[below(random, pool.size())]];
                    change.reset();
                    if (below(random, 10) >= (block % 8 < 4 ? 1U : 8U)) {
                        change = random_value(random);
                    }
                }
                StateDiff diff;
                for (const auto& [key, value] : changes) {
                    const Hash256 hashed = hash(key);
                    const ByteView path = secure ? ByteView(hashed) : ByteView(key);
                    if (value) {
                        diff.add(StateKey::from(key), OldState::unknown, {}, *value);
                        plain.put(path, *value);
                    } else {
                        diff.add_deletion(StateKey::from(key), OldState::unknown, {});
                        plain.erase(path);
                    }
                }
                reference->apply(diff);
                ASSERT_EQ(to_hex(reference->root().view()), to_hex(plain.root()))
                    << "seed " << seed << ", block " << block;
            }
        }
    }
}

}  // namespace
}  // namespace commitbench
