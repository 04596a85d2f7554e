// SPDX-License-Identifier: Apache-2.0
// Published roots. Origins: ethereum/tests at 4c87ebbf, TrieTests (MIT text) for the words;
// go-ethereum at 02b73d4e, trie/stacktrie_test.go, figures only, for the embedding rows. Each was
// reproduced by two other implementations.
#include "backends/mpt/bulk_builder.hpp"
#include "backends/mpt/nibble_path.hpp"
#include "tests/backends/mpt_harness.hpp"

namespace commitbench {
namespace {

constexpr const char* kEmptyRoot =
    "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421";

struct RootVector {
    std::vector<KeyChange> changes;
    const char* root;
    const char* secure_root;
};

std::vector<RootVector> root_vectors() {
    const std::string v27(27, '_');
    return {
        {{put("A", std::string(50, 'a'))},
         "d23786fb4a010da3ce639d66d5e904a11dbc02746d1ce25029e53290cabf28ab",
         "e9e2935138352776cad724d31c9fa5266a5c593bb97726dd2a908fe6d53284df"},
        {{put("doe", "reindeer"), put("dog", "puppy"), put("dogglesworth", "cat")},
         "8aad789dff2f538bca5d8ea56e8abe10f4c7ba3a5dea95fea4cd6e7c3a1168d3",
         "d4cd937e4a4368d7931a9cf51686b7e10abb3dce38a39000fd7902a092b64585"},
        {{put("do", "verb"), put("horse", "stallion"), put("doge", "coin"), put("dog", "puppy")},
         "5991bb8c6514148a29db676a14ac506cd2cd5775ace63c30a4fe457715e9ac84",
         "29b235a58c3c25ab83010c327d5932bcf05324b7d6b1185e650798034783ca9d"},
        {{put("foo", "bar"), put("food", "bass")},
         "17beaa1648bafa633cda809c90c04af50fc8aed3cb40d16efbddee6fdf63c4c3",
         "1385f23a33021025d9e87cca5c66c00de06178807b96a9acc92b7d651ccde842"},
        {{put("be", "e"), put("dog", "puppy"), put("bed", "d")},
         "3f67c7a47520f79faa29255d2d3c084a7a6df0453116ed7232ff10277a8be68b",
         "826a4f9f9054a3e980e54b20da992c24fa20467f1ca635115ef4917be66e746f"},
        {{put("test", "test"), put("te", "testy")},
         "8452568af70d8d140f58d941338542f645fcca50094b20f3c3d8c3df49337928",
         "aea54fb6c80499674248a462864c420c9d9f3b3d38c879c12425bade1ad76552"},
        {{put("do", "verb"), put("ether", "wookiedoo"), put("horse", "stallion"),
          put("shaman", "horse"), put("doge", "coin"), erase(bytes_of("ether")),
          put("dog", "puppy"), erase(bytes_of("shaman"))},
         "5991bb8c6514148a29db676a14ac506cd2cd5775ace63c30a4fe457715e9ac84",
         "29b235a58c3c25ab83010c327d5932bcf05324b7d6b1185e650798034783ca9d"},
        {{put("key1aa", "0123456789012345678901234567890123456789xxx"),
          put("key1", "0123456789012345678901234567890123456789Very_Long"), put("key2bb", "aval3"),
          put("key2", "short"), put("key3cc", "aval3"),
          put("key3", "1234567890123456789012345678901")},
         "cb65032e2f76c48b82b5c24b3db8f670ce73982869d38cd39a624f23d62a9e89",
         nullptr},
        {{put("abc", "123"), put("abcd", "abcd"), put("abc", "abc")},
         "7a320748f780ad9ad5b0837302075ce0eeba6c26e3d8562c67ccc0f1b273298a",
         nullptr},
    };
}

class MptVectors : public ::testing::TestWithParam<const char*> {};

TEST_P(MptVectors, RootsInOneBatch) {
    for (const RootVector& vector : root_vectors()) {
        const TemporaryFolder folder;
        EXPECT_EQ(
            commit(*open_mpt(std::string("store=") + GetParam(), folder.path()), vector.changes),
            vector.root);
        if (vector.secure_root != nullptr) {
            const TemporaryFolder other;
            EXPECT_EQ(commit(*open_mpt(std::string("secure=on,store=") + GetParam(), other.path()),
                             vector.changes),
                      vector.secure_root);
        }
    }
}

TEST_P(MptVectors, RootsOneChangeABlock) {
    for (const RootVector& vector : root_vectors()) {
        const TemporaryFolder folder;
        const auto backend = open_mpt(std::string("store=") + GetParam(), folder.path());
        std::string root;
        for (const KeyChange& change : vector.changes) {
            root = commit(*backend, {&change, 1});
            ASSERT_TRUE(backend->reopen().ok());
        }
        EXPECT_EQ(root, vector.root);
    }
}

INSTANTIATE_TEST_SUITE_P(Stores,
                         MptVectors,
                         ::testing::Values("memory", "lmdb", "rocksdb"),
                         [](const auto& test) { return std::string(test.param); });

struct Step {
    const char* key;
    std::string value;
    const char* root;
};

// Root after each insertion, nodes below and around 32 bytes: embedding, and a short branch growing
// long.
const std::vector<std::vector<Step>>& embedding_vectors() {
    static const std::string v27 = "v" + std::string(27, '_');
    static const std::vector<std::vector<Step>> kVectors{
        {{"01", "a", "b48605025f5f4b129d40a420e721aa7d504487f015fce85b96e52126365ef7dc"},
         {"80", "b", "2dc6b680daf74db067cb7aeaad73265ded93d96fce190fcbf64f498d475672ab"},
         {"ee", "c", "017dc705a54ac5328dd263fa1bae68d655310fb3e3f7b7bc57e9a43ddf99c4bf"},
         {"ff", "d", "bd5a3584d271d459bd4eb95247b2fc88656b3671b60c1125ffe7bc0b689470d0"}},
        {{"a0", "a", "a83e028cb1e4365935661a9fd36a5c65c30b9ab416eaa877424146ca2a69d088"},
         {"a1", "b", "f586a4639b07b01798ca65e05c253b75d51135ebfbf6f8d6e87c0435089e65f0"},
         {"a2", "c", "63e297c295c008e09a8d531e18d57f270b6bc403e23179b915429db948cd62e3"},
         {"a3", "d", "94a7b721535578e9381f1f4e4b6ec29f8bdc5f0458a30320684c562f5d47b4b5"},
         {"a4", "e", "4b7e66d1c81965cdbe8fab8295ef56bc57fefdc5733d4782d2f8baf630f083c6"},
         {"a5", "f", "2997e7b502198ce1783b5277faacf52b25844fb55a99b63e88bdbbafac573106"},
         {"a6", "g", "bee629dd27a40772b2e1a67ec6db270d26acdf8d3b674dfae27866ad6ae1f48b"}},
        {{"a001", "v1", "b9cc982d995392b51e6787f1915f0b88efd4ad8b30f138da0a3e2242f2323e35"},
         {"b002", "v2", "a7b474bc77ef5097096fa0ee6298fdae8928c0bc3724e7311cd0fa9ed1942fc7"},
         {"c003", v27 + "3", "dceb5bb7c92b0e348df988a8d9fc36b101397e38ebd405df55ba6ee5f14a264a"},
         {"d004", v27 + "4", "36e60ecb86b9626165e1c6543c42ecbe4d83bca58e8e1124746961511fce362a"}},
        {{"8002", "v1", "3258fcb3e9e7d7234ecd3b8d4743999e4ab3a21592565e0a5ca64c141e8620d9"},
         {"8004", "v2", "b6cb95b7024a83c17624a3c9bed09b4b5e8ed426f49f54b8ad13c39028b1e75a"},
         {"8008", v27 + "3", "c769d82963abe6f0900bf69754738eeb2f84559777cfa87a44f54e1aab417871"},
         {"800d", v27 + "4", "1cad1fdaab1a6fa95d7b780fd680030e423eb76669971368ba04797a8d9cdfc9"}},
        {{"000001", std::string(9, 'Z'),
          "cef154b87c03c563408520ff9b26923c360cbc3ddb590c079bedeeb25a8c9c77"},
         {"000002", "Y", "2130735e600f612f6e657a32bd7be64ddcaec6512c5694844b19de713922895d"},
         {"000003", std::string(28, 'X'),
          "962c0fffdeef7612a4f7bff1950d67e3e81c878e48b9ae45b3b374253b050bd8"}},
    };
    return kVectors;
}

TEST(MptVectors, EmbeddedNodesRootAfterEachInsertion) {
    for (const auto& steps : embedding_vectors()) {
        const TemporaryFolder folder;
        const auto backend = open_mpt("store=memory", folder.path());
        for (const Step& step : steps) {
            const KeyChange change = put(*from_hex(step.key), bytes_of(step.value));
            EXPECT_EQ(commit(*backend, {&change, 1}), step.root) << step.key;
        }
    }
}

TEST(MptVectors, BulkBuilderGivesTheSameRoots) {
    for (const auto& steps : embedding_vectors()) {
        for (std::size_t count = 1; count <= steps.size(); ++count) {
            mpt::BulkBuilder builder([](const mpt::EncodedNode&) { return Status{}; });
            for (std::size_t i = 0; i < count; ++i) {
                ASSERT_TRUE(builder.add(*from_hex(steps[i].key), bytes_of(steps[i].value)).ok());
            }
            EXPECT_EQ(to_hex(*builder.finish()), steps[count - 1].root);
        }
    }
}

TEST(MptVectors, EmptyTrie) {
    const TemporaryFolder folder;
    const auto backend = open_mpt("store=memory", folder.path());
    EXPECT_EQ(to_hex(backend->persisted().root.view()), kEmptyRoot);
    EXPECT_EQ(commit(*backend, {}), kEmptyRoot);
    const std::vector<KeyChange> both{put("a", "1"), erase(bytes_of("a"))};
    EXPECT_EQ(commit(*backend, both), kEmptyRoot);
}

struct HexPrefixVector {
    Bytes nibbles;
    const char* extension;
    const char* leaf;
};

// ethereum/tests at 4c87ebbf, hexencodetest.json.
TEST(NibblePath, HexPrefix) {
    const std::vector<HexPrefixVector> vectors{
        {{0, 0, 1, 2, 3, 4, 5}, "10012345", "30012345"},
        {{0, 1, 2, 3, 4, 5}, "00012345", "20012345"},
        {{1, 2, 3, 4, 5}, "112345", "312345"},
        {{0, 0, 1, 2, 3, 4}, "00001234", "20001234"},
        {{0, 1, 2, 3, 4}, "101234", "301234"},
        {{1, 2, 3, 4}, "001234", "201234"},
    };
    for (const HexPrefixVector& vector : vectors) {
        for (const std::uint32_t shift :
             {0U, 1U}) {  // the same nibbles at an even and an odd place in the bytes
            Bytes packed(vector.nibbles.size() / 2 + 2);
            for (std::size_t i = 0; i < vector.nibbles.size(); ++i) {
                const std::size_t at = i + shift;
                packed[at / 2] = static_cast<std::uint8_t>(
                    packed[at / 2] | (at % 2 == 0 ? vector.nibbles[i] << 4 : vector.nibbles[i]));
            }
            const auto path = mpt::NibblePath(packed).from(shift).first(
                static_cast<std::uint32_t>(vector.nibbles.size()));
            for (const bool leaf : {false, true}) {
                Bytes out(path.hex_prefix_size());
                EXPECT_EQ(path.put_hex_prefix(out.data(), leaf), out.data() + out.size());
                EXPECT_EQ(to_hex(out), leaf ? vector.leaf : vector.extension);
                mpt::NibblePath back;
                bool is_leaf = !leaf;
                ASSERT_TRUE(mpt::NibblePath::read_hex_prefix(out, back, is_leaf));
                EXPECT_TRUE(back == path);
                EXPECT_EQ(is_leaf, leaf);
            }
        }
    }
}

TEST(NibblePath, RejectsWhatIsNoHexPrefix) {
    mpt::NibblePath path;
    bool leaf = false;
    for (const char* bad : {"", "40", "8012", "01", "2f12"}) {
        EXPECT_FALSE(mpt::NibblePath::read_hex_prefix(*from_hex(bad), path, leaf)) << bad;
    }
}

}  // namespace
}  // namespace commitbench
