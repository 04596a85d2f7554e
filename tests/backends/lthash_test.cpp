// SPDX-License-Identifier: Apache-2.0
// The lattice hash against published and shared vectors, and `lthash` against its reference over
// random blocks, scripts and reopening.
#include "backends/lthash/lattice_sum.hpp"
#include "backends/lthash/lthash_backend.hpp"
#include "backends/lthash/reference_sum.hpp"
#include "codec/hex.hpp"
#include "map_state.hpp"
#include "store_fixture.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

namespace commitbench::testing {
namespace {

using lthash::LatticeSum;

constexpr const char* kEmptyChecksum =
    "be2a8de3dcf46c94ce85cdc8e07ac308f4d8a95490d956c38d780fd610db0813";

std::string checksum(LatticeSum& sum) {
    sum.finish();
    return to_hex(sum.checksum());
}

// The values of Solana's and Sei's implementations (key = "key", value = "value").
TEST(LatticeSum, KnownChecksums) {
    LatticeSum sum;
    EXPECT_EQ(checksum(sum), kEmptyChecksum);
    sum.change(OutputSign::plus, bytes_of("key"), bytes_of("value"));
    EXPECT_EQ(checksum(sum), "b3437b8894c2310230f8da14288ce6d64339735ceb01c2cf98130670288f9ae6");
    sum.change(OutputSign::minus, bytes_of("key"), bytes_of("value"));
    EXPECT_EQ(checksum(sum), kEmptyChecksum);
}

TEST(LatticeSum, AnEmptyValueCounts) {
    LatticeSum sum;
    sum.change(OutputSign::plus, bytes_of("key"), {});
    EXPECT_NE(checksum(sum), kEmptyChecksum);
}

// Elements of 8 bytes to several chunks, in random order, with bytes() and reset() in between.
TEST(LatticeSum, OrderDoesNotMatter) {
    const std::uint64_t seed = 11;
    std::mt19937_64 random(seed);
    std::vector<std::pair<Bytes, Bytes>> elements;
    for (int i = 0; i < 700; ++i) {
        const std::size_t longest = i % 50 == 0 ? 5000 : 200;
        elements.emplace_back(random_bytes(random, random() % 40),
                              random_bytes(random, random() % longest));
    }
    LatticeSum straight;
    for (const auto& [key, value] : elements) {
        straight.change(OutputSign::plus, key, value);
    }
    std::ranges::shuffle(elements, random);
    LatticeSum shuffled;
    for (const auto& [key, value] : elements) {
        shuffled.change(OutputSign::plus, key, value);
        if (random() % 100 == 0) {
            shuffled.finish();
            const lthash::SumBytes bytes = shuffled.bytes();
            shuffled.change(OutputSign::plus, key, value);  // forgotten by reset()
            shuffled.reset(bytes);
        }
    }
    EXPECT_EQ(checksum(straight), checksum(shuffled)) << "seed " << seed;
    for (const auto& [key, value] : elements) {
        shuffled.change(OutputSign::minus, key, value);
    }
    EXPECT_EQ(checksum(shuffled), kEmptyChecksum) << "seed " << seed;
}

TEST(LatticeSum, CountsCompressions) {
    LatticeSum sum;
    sum.change(OutputSign::plus, Bytes(32, 1), Bytes(24, 1));  // an element of 64 bytes
    EXPECT_EQ(sum.compressions(), 32U);
    sum.change(OutputSign::plus, Bytes(32, 1), Bytes(25, 1));
    EXPECT_EQ(sum.compressions(), 32U + 33U);
}

// B(seed, i, j) of the vectors' grammar, one after the other.
Bytes generated(std::uint64_t seed, std::uint64_t i, std::size_t size) {
    Bytes bytes;
    for (std::uint64_t j = 0; bytes.size() < size; ++j) {
        std::array<std::uint64_t, 3> words{seed, i, j};
        const Hash256 part = blake3({reinterpret_cast<const std::uint8_t*>(words.data()), 24});
        bytes.insert(bytes.end(), part.begin(), part.end());
    }
    bytes.resize(size);
    return bytes;
}

/// The bytes of a value spec; nullopt for those that no kv vector uses.
std::optional<Bytes> evaluate(const std::string& spec, std::uint64_t i) {
    unsigned long long seed = 0;
    unsigned low = 0;
    unsigned high = 0;
    if (spec.starts_with("hex:")) {
        return from_hex(spec.substr(4));
    }
    if (std::sscanf(spec.c_str(), "b3var:%llu:%u:%u", &seed, &low, &high) == 3) {
        const std::array<std::uint64_t, 3> words{seed, i, UINT64_MAX};
        const Hash256 draw = blake3({reinterpret_cast<const std::uint8_t*>(words.data()), 24});
        std::uint64_t number = 0;
        std::memcpy(&number, draw.data(), 8);
        return generated(seed, i, low + number % (high - low + 1));
    }
    if (std::sscanf(spec.c_str(), "b3:%llu:%u", &seed, &low) == 2) {
        return generated(seed, i, low);
    }
    if (std::sscanf(spec.c_str(), "rep:%x:%u", &high, &low) == 2) {
        return Bytes(low, static_cast<std::uint8_t>(high));
    }
    if (std::sscanf(spec.c_str(), "ramp:%u:%u", &high, &low) == 2) {
        Bytes bytes(low);
        for (std::size_t n = 0; n < bytes.size(); ++n) {
            bytes[n] = static_cast<std::uint8_t>(n % high);
        }
        return bytes;
    }
    return std::nullopt;
}

TEST(LatticeSum, SharedVectors) {
    std::size_t checked = 0;
    for (const char* name : {"kv.json", "sums.json"}) {
        const std::filesystem::path file =
            std::filesystem::path(COMMITBENCH_SHARED_DIR) / "vectors/lthash" / name;
        if (!std::filesystem::exists(file)) {
            GTEST_SKIP() << file << " is not here";
        }
        const auto vectors = nlohmann::json::parse(std::ifstream(file));
        for (const auto& test_case : vectors["cases"]) {
            SCOPED_TRACE(test_case["name"].get<std::string>());
            LatticeSum sum;
            for (const auto& step : test_case["steps"]) {
                for (const auto& op : step["ops"]) {
                    const std::uint64_t from = op[2];
                    const std::uint64_t count = op[3];
                    ASSERT_EQ(op[4], "kv");
                    for (std::uint64_t i = from; i < from + count; ++i) {
                        const auto key = evaluate(op[5], i);
                        const auto value = evaluate(op[6], i);
                        ASSERT_TRUE(key && value) << op;
                        const OutputSign sign =
                            op[0] == "add" ? OutputSign::plus : OutputSign::minus;
                        for (std::uint64_t n = 0; n < op[1].get<std::uint64_t>(); ++n) {
                            sum.change(sign, *key, *value);
                        }
                    }
                }
                EXPECT_EQ(checksum(sum), step["checksum"].get<std::string>());
                if (step.contains("state_hex")) {
                    EXPECT_EQ(to_hex(sum.bytes()), step["state_hex"].get<std::string>());
                }
                ++checked;
            }
        }
    }
    EXPECT_GE(checked, 30U);
}

Result<std::unique_ptr<Backend>> open_lthash(const std::string& store,
                                             const std::filesystem::path& folder) {
    const auto choice = choose("backend", std::span<const BackendComponent>(&kLthashComponent, 1),
                               "lthash:store=" + store);
    if (!choice) {
        return choice.error();
    }
    return choice->component->create(choice->options,
                                     {folder, std::uint64_t{64} << 20, Durability::none});
}

class Lthash : public ::testing::TestWithParam<const char*> {
  protected:
    TemporaryFolder folder_;
};

TEST_P(Lthash, FollowsItsReference) {
    const std::uint64_t seed = 5;
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    std::mt19937_64 random(seed);
    std::map<StateKey, Bytes> state;
    const auto reference = make_lthash_reference();
    StateDiff diff;
    for (int i = 0; i < 500; ++i) {
        const StateKey key = random_key(random);
        state[key] = random_bytes(random, random() % 150);
        diff.add(key, OldState::absent, {}, state[key]);
    }
    diff.sort();
    reference->apply(diff);
    auto backend = open_lthash(GetParam(), folder_.path());
    ASSERT_OK(backend);
    EXPECT_TRUE((*backend)->empty());
    MapState first(state);
    ASSERT_OK((*backend)->load(first));
    EXPECT_EQ((*backend)->persisted().root, reference->root());
    for (std::uint64_t block = 1; block <= 12; ++block) {
        diff.clear();
        std::map<StateKey, std::optional<Bytes>> writes;
        for (int i = 0; i < 300; ++i) {
            StateKey key = random_key(random);
            const auto near = state.lower_bound(key);
            if (random() % 4 != 0 && near != state.end()) {
                key = near->first;
            }
            writes[key] =
                random() % 4 == 0
                    ? std::nullopt
                    : std::optional(random_bytes(random, random() % (i == 0 ? 3000 : 150)));
        }
        for (const auto& [key, value] : writes) {
            const auto old = state.find(key);
            const bool there = old != state.end();
            const OldState known = random() % 2 == 0 ? OldState::unknown
                                   : there           ? OldState::present
                                                     : OldState::absent;
            const Bytes old_value = known == OldState::present ? old->second : Bytes{};
            if (value) {
                diff.add(key, known, old_value, *value);
                state[key] = *value;
            } else {
                diff.add_deletion(key, known, old_value);
                state.erase(key);
            }
        }
        diff.sort();
        reference->apply(diff);
        ASSERT_OK((*backend)->stage(diff));
        const auto root = (*backend)->merkleize();
        ASSERT_OK(root);
        EXPECT_EQ(*root, reference->root()) << "block " << block;
        ASSERT_OK((*backend)->persist(block));
        if (block % 4 == 0) {
            ASSERT_OK((*backend)->reopen());
            EXPECT_EQ((*backend)->persisted().root, reference->root());
            EXPECT_EQ((*backend)->persisted().block, block);
        }
    }
    auto reader = (*backend)->open_reader();
    ASSERT_OK(reader);
    for (const auto& [key, value] : state) {
        const auto found = (*reader)->get(key);
        ASSERT_OK(found);
        ASSERT_TRUE(found->has_value());
        EXPECT_TRUE(std::ranges::equal(**found, value));
    }
    const auto proof = (*backend)->prove(state.begin()->first.view());
    ASSERT_FALSE(proof);
    EXPECT_EQ(proof.error().code, ErrorCode::unsupported);
}

// What was merkleized and not persisted is gone.
TEST_P(Lthash, ReopensAtTheLastPersistedBlock) {
    auto backend = open_lthash(GetParam(), folder_.path());
    ASSERT_OK(backend);
    const Bytes key(32, 1);
    const std::vector<KeyChange> one{{key, bytes_of("one"), false}};
    const std::vector<KeyChange> two{{key, bytes_of("two"), false}};
    ASSERT_OK((*backend)->stage_keys(one));
    const auto first = (*backend)->merkleize();
    ASSERT_OK(first);
    ASSERT_OK((*backend)->persist(1));
    ASSERT_OK((*backend)->stage_keys(two));
    const auto second = (*backend)->merkleize();
    ASSERT_OK(second);
    EXPECT_NE(*first, *second);
    ASSERT_OK((*backend)->reopen());
    EXPECT_EQ((*backend)->persisted().root, *first);
    ASSERT_OK((*backend)->stage_keys(two));
    const auto again = (*backend)->merkleize();
    ASSERT_OK(again);
    EXPECT_EQ(*again, *second);
}

TEST_P(Lthash, OfAKeysChangesInAScriptTheLastCounts) {
    auto backend = open_lthash(GetParam(), folder_.path());
    ASSERT_OK(backend);
    const Bytes a(32, 1);
    const Bytes b(32, 2);
    const std::vector<KeyChange> script{{a, bytes_of("first"), false},
                                        {b, bytes_of("b"), false},
                                        {a, {}, true},
                                        {a, bytes_of("last"), false},
                                        {b, {}, true}};
    ASSERT_OK((*backend)->stage_keys(script));
    const auto root = (*backend)->merkleize();
    ASSERT_OK(root);
    LatticeSum expected;
    expected.change(OutputSign::plus, a, bytes_of("last"));
    expected.finish();
    EXPECT_EQ(*root, Root{expected.checksum()});
    ASSERT_OK((*backend)->persist(1));
    const std::vector<KeyChange> bad{{bytes_of("short"), bytes_of("x"), false}};
    const Status refused = (*backend)->stage_keys(bad);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::bad_input);
}

INSTANTIATE_TEST_SUITE_P(Stores,
                         Lthash,
                         ::testing::Values("memory", "lmdb", "rocksdb", "rocksdb,direct=on"));

}  // namespace
}  // namespace commitbench::testing
