// SPDX-License-Identifier: Apache-2.0
// The precedence graph and what is made of it, against all pairs of transactions.
#include "harness/core/parallelism.hpp"

#include <gtest/gtest.h>
#include <random>
#include <set>

namespace commitbench {
namespace {

using Row = std::vector<std::pair<std::uint32_t, bool>>;  // key, write

AccessSets sets_of(const std::vector<Row>& rows, std::uint32_t keys) {
    AccessSets sets;
    std::vector<std::uint32_t> begins{0};
    std::vector<Access> accesses;
    for (const Row& row : rows) {
        for (const auto& [key, write] : row) {
            Access access;
            access.key = key & 0x7fffffffU;
            access.write = write ? 1U : 0U;
            accesses.push_back(access);
        }
        begins.push_back(static_cast<std::uint32_t>(accesses.size()));
    }
    return {std::vector<StateKey>(keys), std::move(begins), std::move(accesses)};
}

std::vector<Row> random_rows(std::mt19937_64& random, std::size_t count, std::uint32_t keys) {
    std::vector<Row> rows(count);
    for (Row& row : rows) {
        const std::uint64_t writes_in_8 = random() % 9;
        for (std::uint32_t key = 0; key < keys; ++key) {
            if (random() % 4 == 0) {
                row.emplace_back(key, random() % 8 < writes_in_8);
            }
        }
    }
    return rows;
}

bool conflict(const Row& a, const Row& b) {
    for (const auto& [key, write] : a) {
        for (const auto& [other, other_write] : b) {
            if (key == other && (write || other_write)) {
                return true;
            }
        }
    }
    return false;
}

std::vector<std::uint32_t> successors(const PrecedenceGraph& graph, std::uint32_t index) {
    std::vector<std::uint32_t> found;
    graph.for_each_successor(index, [&](std::uint32_t later) { found.push_back(later); });
    return found;
}

TEST(PrecedenceGraph, OrdersWhatConflictsAndNothingElse) {
    std::mt19937_64 random(20240817);
    PrecedenceGraph graph;  // one for all: nothing of a block may be left in the next
    for (int round = 0; round < 2000; ++round) {
        SCOPED_TRACE(round);
        const auto keys = static_cast<std::uint32_t>(1 + random() % 8);
        const auto rows = random_rows(random, random() % 40, keys);
        graph.build(sets_of(rows, keys));
        ASSERT_EQ(graph.size(), rows.size());
        const std::size_t n = rows.size();
        // reaches[i][j]: a path of edges leads from i to j.
        std::vector<std::vector<bool>> reaches(n, std::vector<bool>(n, false));
        std::vector<std::uint32_t> incoming(n, 0);
        std::uint64_t edges = 0;
        for (std::uint32_t i = static_cast<std::uint32_t>(n); i-- > 0;) {
            const auto later = successors(graph, i);
            ASSERT_TRUE(std::ranges::is_sorted(later));
            ASSERT_EQ(std::set(later.begin(), later.end()).size(), later.size());
            ASSERT_EQ(graph.successor_count(i), later.size());
            edges += later.size();
            for (const std::uint32_t j : later) {
                ASSERT_GT(j, i);
                ASSERT_TRUE(conflict(rows[i], rows[j]));
                ++incoming[j];
                reaches[i][j] = true;
                for (std::uint32_t k = j + 1; k < n; ++k) {
                    reaches[i][k] = reaches[i][k] || reaches[j][k];
                }
            }
        }
        ASSERT_EQ(graph.edges(), edges);
        for (std::uint32_t j = 0; j < n; ++j) {
            ASSERT_EQ(graph.pending(j), incoming[j]);
            for (std::uint32_t i = 0; i < j; ++i) {
                ASSERT_TRUE(!conflict(rows[i], rows[j]) || reaches[i][j]) << i << " " << j;
            }
        }
    }
}

TEST(PrecedenceGraph, ManySuccessorsOfOneTransaction) {
    for (const std::uint32_t readers : {10U, 11U, 12U, 25U, 26U, 27U, 41U, 1000U}) {
        std::vector<Row> rows{{{0, true}}};
        rows.resize(1 + readers, {{0, false}});
        rows.push_back({{0, true}});
        PrecedenceGraph graph;
        graph.build(sets_of(rows, 1));
        std::vector<std::uint32_t> expected(readers);
        for (std::uint32_t i = 0; i < readers; ++i) {
            expected[i] = i + 1;
        }
        EXPECT_EQ(successors(graph, 0), expected);
        EXPECT_EQ(graph.pending(readers + 1), readers) << "a writer waits for every reader";
        EXPECT_EQ(graph.edges(), 2 * readers);
        EXPECT_EQ(parallelism_of(graph).level_widths, (std::vector<std::uint32_t>{1, readers, 1}));
    }
}

TEST(Parallelism, IsTheLongestChainOfConflicts) {
    std::mt19937_64 random(7);
    for (int round = 0; round < 500; ++round) {
        SCOPED_TRACE(round);
        const auto keys = static_cast<std::uint32_t>(1 + random() % 12);
        const auto rows = random_rows(random, 1 + random() % 30, keys);
        std::vector<std::uint64_t> depth(rows.size(), 1);
        std::vector<std::uint32_t> widths;
        for (std::size_t j = 0; j < rows.size(); ++j) {
            for (std::size_t i = 0; i < j; ++i) {
                if (conflict(rows[i], rows[j])) {
                    depth[j] = std::max(depth[j], depth[i] + 1);
                }
            }
            widths.resize(std::max<std::size_t>(widths.size(), depth[j]), 0);
            ++widths[depth[j] - 1];
        }
        const Parallelism found = parallelism_of(sets_of(rows, keys));
        EXPECT_EQ(found.transactions, rows.size());
        EXPECT_EQ(found.longest_chain, widths.size());
        EXPECT_EQ(found.level_widths, widths);
        EXPECT_EQ(found.widest(), *std::ranges::max_element(widths));
        EXPECT_DOUBLE_EQ(found.available(),
                         static_cast<double>(rows.size()) / static_cast<double>(widths.size()));
    }
}

TEST(Parallelism, OfAnEmptyBlockIsNone) {
    const Parallelism found = parallelism_of(AccessSets());
    EXPECT_EQ(found.transactions, 0U);
    EXPECT_EQ(found.longest_chain, 0U);
    EXPECT_EQ(found.available(), 0);
    EXPECT_EQ(found.widest(), 0U);
}

}  // namespace
}  // namespace commitbench
