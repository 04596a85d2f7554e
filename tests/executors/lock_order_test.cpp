// SPDX-License-Identifier: Apache-2.0
// The precedence graph and the usage queues must make the same transactions ready at every step,
// and the declared sets must be what they say.
#include "executors/declared/declared_sets.hpp"
#include "executors/lock_schedule/usage_queues.hpp"
#include "executors/lock_schedule/waves.hpp"
#include "tests/executors/declared_script.hpp"

#include <set>

namespace commitbench::testing {
namespace {

AccessSets random_sets(std::mt19937_64& random) {
    const std::uint64_t keys = 1 + random() % 12;
    const std::uint64_t writes_in_8 = random() % 9;
    AccessSetsBuilder sets;
    for (std::uint64_t left = random() % 30; left > 0; --left) {
        for (std::uint64_t touches = random() % 6; touches > 0; --touches) {
            sets.touch(test_key(random() % keys), random() % 8 < writes_in_8);
        }
        sets.end_transaction();
    }
    return sets.finish();
}

bool conflict(const AccessSets& sets, std::size_t a, std::size_t b) {
    for (const Access mine : sets.of(a)) {
        for (const Access other : sets.of(b)) {
            if (mine.key == other.key && (mine.write | other.write) != 0) {
                return true;
            }
        }
    }
    return false;
}

TEST(LockOrder, QueuesAndGraphMakeTheSameTransactionsReady) {
    std::mt19937_64 random(424242);
    PrecedenceGraph graph;
    UsageQueues queues;
    for (int round = 0; round < 4000; ++round) {
        SCOPED_TRACE(round);
        const AccessSets sets = random_sets(random);
        graph.build(sets);
        queues.begin(sets.keys().size());
        std::set<std::uint32_t> by_graph;
        std::set<std::uint32_t> by_queues;
        for (std::uint32_t i = 0; i < sets.size(); ++i) {
            if (queues.add(sets.of(i))) {
                by_queues.insert(i);
            }
            if (graph.pending(i) == 0) {
                by_graph.insert(i);
            }
        }
        std::vector<bool> done(sets.size(), false);
        for (std::size_t step = 0; step < sets.size(); ++step) {
            ASSERT_EQ(by_graph, by_queues) << "step " << step;
            // Both are what the definition says: no earlier one that conflicts is left.
            for (std::uint32_t i = 0; i < sets.size(); ++i) {
                bool ready = !done[i];
                for (std::uint32_t j = 0; j < i; ++j) {
                    ready = ready && (done[j] || !conflict(sets, j, i));
                }
                ASSERT_EQ(by_graph.contains(i), ready) << "transaction " << i;
            }
            auto chosen = by_graph.begin();
            std::advance(chosen, random() % by_graph.size());
            const std::uint32_t index = *chosen;
            done[index] = true;
            by_graph.erase(index);
            by_queues.erase(index);
            graph.for_each_successor(index, [&](std::uint32_t later) {
                if (--graph.pending(later) == 0) {
                    by_graph.insert(later);
                }
            });
            queues.complete(index, [&](std::uint32_t later) { by_queues.insert(later); });
        }
        EXPECT_TRUE(by_graph.empty());
        EXPECT_TRUE(by_queues.empty());
    }
}

/// Both orders after a transaction each of `kinds` ('r' or 'w') on one key: how many each waits
/// for.
std::vector<std::uint32_t> waits_for(std::string_view kinds) {
    AccessSetsBuilder builder;
    for (const char kind : kinds) {
        builder.touch(test_key(0), kind == 'w');
        builder.end_transaction();
    }
    const AccessSets sets = builder.finish();
    PrecedenceGraph graph;
    graph.build(sets);
    UsageQueues queues;
    queues.begin(1);
    std::vector<std::uint32_t> found;
    for (std::uint32_t i = 0; i < sets.size(); ++i) {
        EXPECT_EQ(queues.add(sets.of(i)), graph.pending(i) == 0) << kinds << ", " << i;
        found.push_back(graph.pending(i));
    }
    return found;
}

TEST(LockOrder, TheFourCasesOfOneKeyAloneAndTogether) {
    using Counts = std::vector<std::uint32_t>;
    EXPECT_EQ(waits_for("ww"), (Counts{0, 1}));
    EXPECT_EQ(waits_for("rw"), (Counts{0, 1}));
    EXPECT_EQ(waits_for("wr"), (Counts{0, 1}));
    EXPECT_EQ(waits_for("rr"), (Counts{0, 0}));
    EXPECT_EQ(waits_for("rrrw"), (Counts{0, 0, 0, 3})) << "a writer waits for every reader";
    EXPECT_EQ(waits_for("rwr"), (Counts{0, 1, 1})) << "no reader overtakes a writer";
    EXPECT_EQ(waits_for("wwrrwr"), (Counts{0, 1, 1, 1, 2, 1}));
}

TEST(LockOrder, ARunOfReadersWakesAsAWhole) {
    AccessSetsBuilder builder;
    for (const char kind : std::string_view("wrrrwr")) {
        builder.touch(test_key(0), kind == 'w');
        builder.end_transaction();
    }
    const AccessSets sets = builder.finish();
    UsageQueues queues;
    queues.begin(1);
    for (std::uint32_t i = 0; i < sets.size(); ++i) {
        EXPECT_EQ(queues.add(sets.of(i)), i == 0);
    }
    using Ready = std::vector<std::uint32_t>;
    const auto completed = [&](std::uint32_t index) {
        Ready ready;
        queues.complete(index, [&](std::uint32_t later) { ready.push_back(later); });
        return ready;
    };
    EXPECT_EQ(completed(0), (Ready{1, 2, 3}));
    EXPECT_EQ(completed(2), Ready());
    EXPECT_EQ(completed(1), Ready());
    EXPECT_EQ(completed(3), Ready{4});
    EXPECT_EQ(completed(4), Ready{5});
}

TEST(Waves, EndBeforeTheFirstConflictOrWhereFull) {
    std::mt19937_64 random(99);
    Waves waves;
    for (int round = 0; round < 500; ++round) {
        SCOPED_TRACE(round);
        const AccessSets sets = random_sets(random);
        const auto largest = static_cast<std::uint32_t>(1 + random() % 8);
        waves.begin(sets.keys().size(), largest);
        std::size_t expected = 0;
        std::size_t begin = 0;
        for (std::size_t i = 0; i < sets.size(); ++i) {
            bool cut = i == 0 || i - begin == largest;
            for (std::size_t j = begin; j < i; ++j) {
                cut = cut || conflict(sets, j, i);
            }
            if (cut) {
                begin = i;
                ++expected;
            }
            waves.add(sets.of(i));
        }
        EXPECT_EQ(waves.count(), expected);
    }
}

// --- declared sets ---

TEST(DeclaredSets, OverDeclaredKeepWhatIsExactAndAddKeys) {
    std::mt19937_64 random(3);
    for (int round = 0; round < 300; ++round) {
        const AccessSets exact = random_sets(random);
        const double factor = 1 + static_cast<double>(random() % 40) / 8;
        const AccessSets over = over_declared(exact, factor, 17);
        ASSERT_EQ(over, over_declared(exact, factor, 17)) << "the same seed, the same sets";
        ASSERT_EQ(over.size(), exact.size());
        ASSERT_TRUE(std::ranges::equal(over.keys(), exact.keys()));
        for (std::size_t i = 0; i < exact.size(); ++i) {
            const std::span<const Access> row = over.of(i);
            ASSERT_TRUE(
                std::ranges::is_sorted(row, {}, [](const Access& a) { return unsigned{a.key}; }));
            EXPECT_EQ(row.size(), std::min<std::size_t>(
                                      exact.keys().size(),
                                      static_cast<std::size_t>(std::llround(
                                          static_cast<double>(exact.of(i).size()) * factor))));
            for (const Access access : exact.of(i)) {
                EXPECT_EQ(std::ranges::count(row, access), 1);
            }
        }
    }
}

TEST(DeclaredSets, PromotionTurnsReadsIntoWrites) {
    std::mt19937_64 random(4);
    const AccessSets exact = random_sets(random);
    EXPECT_EQ(promoted(exact, 0, 1), exact);
    const AccessSets all = promoted(exact, 1, 1);
    for (const Access access : all.accesses()) {
        EXPECT_EQ(access.write, 1U);
    }
    AccessSetsBuilder reads;
    for (std::uint64_t i = 0; i < 10'000; ++i) {
        reads.touch(test_key(i), false);
    }
    reads.end_transaction();
    const AccessSets quarter = promoted(reads.finish(), 0.25, 1);
    EXPECT_NEAR(static_cast<double>(std::ranges::count(
                    quarter.accesses(), 1U,
                    [](const Access& access) { return std::uint32_t{access.write}; })),
                2500, 200);
}

TEST(DeclaredSets, CoarseLocksCoverTheirKeys) {
    std::mt19937_64 random(5);
    for (int round = 0; round < 200; ++round) {
        const AccessSets sets = random_sets(random);
        EXPECT_EQ(coarsened(sets, 256), sets);
        for (const unsigned bits : {0U, 1U, 3U, 11U, 160U}) {
            const AccessSets locks = coarsened(sets, bits);
            for (std::size_t i = 0; i < sets.size(); ++i) {
                for (const Access access : sets.of(i)) {
                    const StateKey name = leading_bits(sets.keys()[access.key], bits);
                    const auto covers = [&](const Access& lock) {
                        return locks.keys()[lock.key] == name && lock.write >= access.write;
                    };
                    ASSERT_EQ(std::ranges::count_if(locks.of(i), covers), 1);
                }
            }
        }
    }
    StateKey ones;
    ones.bytes.fill(0xff);
    EXPECT_EQ(leading_bits(ones, 0), StateKey());
    EXPECT_EQ(leading_bits(ones, 11).bytes[1], 0xe0);
    EXPECT_EQ(leading_bits(ones, 11).bytes[2], 0);
    EXPECT_EQ(leading_bits(ones, 256), ones);
}

TEST(DeclaredSets, FalseConflictsAreEdgesBetweenTransactionsThatDoNotConflict) {
    std::mt19937_64 random(6);
    PrecedenceGraph graph;
    for (int round = 0; round < 300; ++round) {
        const AccessSets exact = random_sets(random);
        graph.build(exact);
        EXPECT_EQ(false_conflicts(graph, exact), 0U);
        graph.build(over_declared(exact, 3, 1));
        std::uint64_t expected = 0;
        for (std::uint32_t i = 0; i < graph.size(); ++i) {
            graph.for_each_successor(
                i, [&](std::uint32_t later) { expected += conflict(exact, i, later) ? 0U : 1U; });
        }
        EXPECT_EQ(false_conflicts(graph, exact), expected);
    }
}

TEST(DeclaredSets, PreExecutionSeesTheStateBeforeTheBlockAndItsOwnWrites) {
    const StateMap state{{test_key(0), {1}}};
    MapSource source(state);
    const auto reader = std::move(*source.open_reader());
    const ScriptBlock block(1, {{{OpKind::erase, 0, 0}, {OpKind::read, 0, 0}},
                                {{OpKind::read, 0, 0}, {OpKind::write_fixed, 1, 1}},
                                {{OpKind::add, 2, 1}, {OpKind::add, 2, 1}}});
    const auto sets = pre_executed(block, *reader);
    ASSERT_TRUE(sets.ok());
    ASSERT_EQ(sets->size(), 3U);
    AccessSetsBuilder expected;
    expected.touch(test_key(0), true);
    expected.end_transaction();
    expected.touch(test_key(0), false);
    expected.touch(test_key(1), true);
    expected.end_transaction();
    expected.touch(test_key(2), true);
    expected.end_transaction();
    EXPECT_EQ(*sets, expected.finish());
}

}  // namespace
}  // namespace commitbench::testing
