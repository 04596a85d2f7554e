// SPDX-License-Identifier: Apache-2.0
// `flat` and `null` beside a std::map: making them, random blocks for both, comparing.
#pragma once

#include "backends/flat/flat_backend.hpp"
#include "backends/null/null_backend.hpp"
#include "map_state.hpp"
#include "store_fixture.hpp"

namespace commitbench::testing {

[[nodiscard]] inline Result<std::unique_ptr<Backend>> make_backend(
    std::string_view spec,
    const std::filesystem::path& folder,
    Durability durability = Durability::none,
    std::uint64_t memory_budget = std::uint64_t{64} << 20) {
    const std::array components{kNullComponent, kFlatComponent};
    const auto choice = choose("backend", std::span<const BackendComponent>(components), spec);
    if (!choice) {
        return choice.error();
    }
    return choice->component->create(choice->options, {folder, memory_budget, durability});
}

[[nodiscard]] inline State random_state(std::mt19937_64& random, std::size_t keys) {
    State state;
    for (std::size_t i = 0; i < keys; ++i) {
        state[random_key(random)] = random_bytes(random, 1 + random() % 150);
    }
    return state;
}

/// Value sizes around the edges of null's slots (24 bytes inline, blocks of 64).
[[nodiscard]] inline std::size_t value_size(std::mt19937_64& random) {
    constexpr std::array<std::size_t, 10> kEdges{0, 1, 7, 8, 23, 24, 25, 64, 65, 5000};
    return random() % 2 == 0 ? kEdges[random() % kEdges.size()] : random() % 200;
}

/// Fills `diff` with up to `changes` changes and makes them in `state`, too.
inline void random_block(std::mt19937_64& random,
                         std::size_t changes,
                         State& state,
                         StateDiff& diff) {
    diff.clear();
    Writes writes;
    for (std::size_t i = 0; i < changes; ++i) {
        StateKey key = random_key(random);
        if (!state.empty() && random() % 4 != 0) {
            const auto near = state.lower_bound(key);
            key = near == state.end() ? state.begin()->first : near->first;
        }
        writes[key] = random() % 4 == 0 ? std::nullopt
                                        : std::optional(random_bytes(random, value_size(random)));
    }
    apply_writes(writes, state, diff);
    diff.sort();
}

inline void run_block(Backend& backend, std::uint64_t number, const StateDiff& diff) {
    ASSERT_OK(backend.stage(diff));
    const auto root = backend.merkleize();
    ASSERT_OK(root);
    EXPECT_EQ(*root, Root{});
    ASSERT_OK(backend.persist(number));
    EXPECT_EQ(backend.persisted().block, number);
}

inline void expect_state(Backend& backend, const State& state, std::mt19937_64& random) {
    auto reader = backend.open_reader();
    ASSERT_OK(reader);
    for (const auto& [key, value] : state) {
        const auto found = (*reader)->get(key);
        ASSERT_OK(found);
        ASSERT_TRUE(found->has_value());
        ASSERT_TRUE(equal(**found, value));
    }
    for (int i = 0; i < 100; ++i) {
        const auto found = (*reader)->get(random_key(random));
        ASSERT_OK(found);
        ASSERT_FALSE(found->has_value());
    }
}

/// "flat:store=rocksdb,direct=on" as part of a test's name: rocksdb_direct.
[[nodiscard]] inline std::string name_of_spec(const ::testing::TestParamInfo<std::string>& spec) {
    std::string name = spec.param.substr(spec.param.find('=') + 1);
    if (const auto option = name.find(",direct=on"); option != std::string::npos) {
        name.replace(option, std::string::npos, "_direct");
    }
    return name;
}

}  // namespace commitbench::testing
