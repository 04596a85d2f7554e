// SPDX-License-Identifier: Apache-2.0
// From a plan to its cells.
#include "harness/sweep/cells.hpp"

#include "tests/sweep/plan_text.hpp"

#include <gmock/gmock.h>
#include <set>

namespace commitbench::sweep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::vector<std::string> kBoth{"backend", "workers"};

TEST(Cells, AreTheProduct) {
    EXPECT_THAT(shown(cells_of("[axes]\nbackend = [\"a\", \"b\"]\nworkers = [1, 2]"), kBoth),
                ElementsAre("backend=a workers=1", "backend=a workers=2", "backend=b workers=1",
                            "backend=b workers=2"));
}

TEST(Cells, HaveWhatEveryCellHas) {
    const auto cells = cells_of("[axes]\nworkers = 4");
    ASSERT_TRUE(cells.ok());
    EXPECT_EQ(cells->front().value("executor"), "sequential");
    EXPECT_EQ(cells->front().value("backend"), "mpt");
    EXPECT_EQ(cells->front().value("memory"), std::nullopt) << "the plan says nothing of it";
}

TEST(Cells, ParametersArePutIntoValues) {
    const auto cells = cells_of(R"([axes]
workload = "transfer:accounts={n},work={w}"
n = ["10k", "1M"]
w = 5)");
    EXPECT_THAT(shown(cells, {"workload", "n"}),
                ElementsAre("workload=transfer:accounts=10k,work=5 n=10k",
                            "workload=transfer:accounts=1M,work=5 n=1M"));
}

TEST(Cells, AParameterThatACellDoesNotUseIsNotPartOfIt) {
    const auto cells = cells_of(R"([axes]
executor = ["sequential", "block-stm:window={window}"]
window = [1, 2])");
    EXPECT_THAT(shown(cells, {"executor", "window"}),
                ElementsAre("executor=sequential", "executor=block-stm:window=1 window=1",
                            "executor=block-stm:window=2 window=2"));
}

TEST(Cells, ParametersMayStandInParameters) {
    EXPECT_THAT(shown(cells_of("[axes]\nworkload = \"kv:{rest}\"\nrest = \"items={n}\"\nn = 3"),
                      {"workload", "n"}),
                ElementsAre("workload=kv:items=3 n=3"));
    const auto circle = cells_of("[axes]\nworkload = \"{a}\"\na = \"{b}\"\nb = \"{a}\"");
    ASSERT_FALSE(circle.ok());
    EXPECT_THAT(circle.error().message, HasSubstr("refers to itself"));
}

TEST(Cells, ExclusionsDropWhatMatchesAllOfThem) {
    EXPECT_THAT(shown(cells_of(R"([axes]
backend = ["a", "b"]
workers = [1, 2, 4]
[[exclude]]
backend = "a"
workers = [2, 4])"),
                      kBoth),
                ElementsAre("backend=a workers=1", "backend=b workers=1", "backend=b workers=2",
                            "backend=b workers=4"));
}

TEST(Cells, ExclusionsMatchValuesBeforeAndAfterReplacement) {
    const std::string axes = "[axes]\nbackend = [\"a:x={x}\", \"b\"]\nx = [1, 2]\n[[exclude]]\n";
    EXPECT_THAT(shown(cells_of(axes + "backend = \"a:x={x}\""), kBoth), ElementsAre("backend=b"));
    EXPECT_THAT(shown(cells_of(axes + "backend = \"a:x=1\""), kBoth),
                ElementsAre("backend=a:x=2", "backend=b"));
}

TEST(Cells, InclusionsAddCells) {
    EXPECT_THAT(shown(cells_of(R"([axes]
backend = ["a", "b"]
workers = [1, 2]
[[exclude]]
workers = 2
[[include]]
backend = "c"
workers = 2
[[include]]
workers = 8)"),
                      kBoth),
                ElementsAre("backend=a workers=1", "backend=b workers=1", "backend=c workers=2",
                            "backend=a workers=8", "backend=b workers=8"))
        << "an axis that is not named keeps its values; exclusions came before";
}

TEST(Cells, WhatIsThereAlreadyIsKeptOnce) {
    EXPECT_THAT(shown(cells_of(R"([axes]
backend = ["a", "b"]
[[include]]
backend = ["b", "c"])"),
                      kBoth),
                ElementsAre("backend=a", "backend=b", "backend=c"));
}

TEST(Cells, InclusionsWithSetChangeCells) {
    EXPECT_THAT(shown(cells_of(R"([axes]
backend = ["a", "b"]
memory = "1GiB"
[[include]]
backend = "b"
set = { memory = "4GiB", workers = 2 })"),
                      {"backend", "memory", "workers"}),
                ElementsAre("backend=a memory=1GiB", "backend=b memory=4GiB workers=2"));
}

TEST(Cells, ThereAreTwoControls) {
    const auto cells = cells_of("[axes]\nexecutor = [\"x\", \"y\"]\nbackend = \"a\"\nworkers = 2");
    ASSERT_TRUE(cells.ok());
    ASSERT_EQ(cells->size(), 4U);
    const SweepCell& null_cell = (*cells)[2];
    EXPECT_EQ(null_cell.role, CellRole::null);
    EXPECT_EQ(null_cell.value("executor"), "replay");
    EXPECT_EQ(null_cell.value("backend"), "null");
    EXPECT_EQ(null_cell.value("workers"), "2") << "else as the first cell";
    const SweepCell& twin = (*cells)[3];
    EXPECT_EQ(twin.role, CellRole::aa);
    EXPECT_EQ(twin.axes, cells->front().axes);
    EXPECT_EQ(twin.twin_of, cells->front().id);
    EXPECT_NE(twin.id, cells->front().id);
}

TEST(Cells, ControlsCanBeChosen) {
    const auto cells = cells_of(R"([axes]
backend = ["a", "b"]
workload = "kv:items={n}"
n = "1G"
[null]
n = "1k"
[aa]
backend = "b")");
    ASSERT_TRUE(cells.ok()) << cells.error().message;
    EXPECT_EQ((*cells)[2].value("workload"), "kv:items=1k");
    EXPECT_EQ((*cells)[3].value("backend"), "b");
    EXPECT_EQ((*cells)[3].twin_of, (*cells)[1].id);
}

TEST(Cells, IdsAreDifferentAndStay) {
    const auto cells = cells_of("[axes]\nbackend = [\"a\", \"b\"]\nworkers = [1, 2]");
    ASSERT_TRUE(cells.ok());
    std::set<std::string> ids;
    for (const SweepCell& cell : *cells) {
        EXPECT_EQ(cell.id.size(), 16U);
        ids.insert(cell.id);
    }
    EXPECT_EQ(ids.size(), cells->size());
    // Axes in another order, one more value: the cells that were there keep their names.
    const auto more = cells_of("[axes]\nworkers = [2, 1]\nbackend = [\"b\", \"a\", \"c\"]");
    ASSERT_TRUE(more.ok());
    for (const SweepCell& cell : *more) {
        if (cell.role == CellRole::cell && cell.value("backend") != "c") {
            EXPECT_TRUE(ids.contains(cell.id));
        }
    }
}

TEST(Cells, WhatMatchesNothingIsRefused) {
    for (const char* text : {"[[exclude]]\nbackend = \"c\"", "[aa]\nbackend = \"c\"",
                             "[[include]]\nbackend = \"c\"\nset = { workers = 2 }"}) {
        const auto cells = cells_of(std::string("[axes]\nbackend = [\"a\", \"b\"]\n") + text);
        ASSERT_FALSE(cells.ok()) << text;
        EXPECT_THAT(cells.error().message, HasSubstr("plan.toml:"));
    }
    const auto none = cells_of("[axes]\nbackend = \"a\"\n[[exclude]]\nbackend = \"a\"");
    ASSERT_FALSE(none.ok());
    EXPECT_THAT(none.error().message, HasSubstr("no cell is left"));
}

TEST(Cells, TooManyAreASlip) {
    std::string text = "[axes]\nbackend = \"a{a}{b}{c}\"\n";
    for (const char* name : {"a", "b", "c"}) {
        text += std::string(name) + " = [0";
        for (int i = 1; i < 50; ++i) {
            text += ", " + std::to_string(i);
        }
        text += "]\n";
    }
    const auto cells = cells_of(text);
    ASSERT_FALSE(cells.ok());
    EXPECT_THAT(cells.error().message, HasSubstr("more than 100000 cells"));
}

TEST(Cells, HashIsOfWhatIsRun) {
    const auto hash_of = [](const std::string& text) {
        const auto plan = read(text);
        EXPECT_TRUE(plan.ok()) << plan.error().message;
        return plan_hash(*plan, *expand(*plan, axes()));
    };
    const std::string axes_text = "[axes]\nbackend = [\"a\", \"b\"]\n";
    const std::string hash = hash_of("name = \"x\"\n" + axes_text);
    EXPECT_EQ(hash.size(), 32U);
    EXPECT_EQ(hash, hash_of("# words\nname = \"x\"\ndescription = \"more\"\nrepetitions = 3\n" +
                            axes_text));
    EXPECT_NE(hash, hash_of("name = \"y\"\n" + axes_text));
    EXPECT_NE(hash, hash_of("name = \"x\"\nseed = 2\n" + axes_text));
    EXPECT_NE(hash, hash_of("name = \"x\"\n[axes]\nbackend = [\"a\", \"c\"]\n"));
}

TEST(Cells, NamesAreOfTheAxesThatVary) {
    const auto cells = cells_of("[axes]\nbackend = [\"a\", \"b\"]\nworkers = 1");
    ASSERT_TRUE(cells.ok());
    EXPECT_THAT(varying_axes(*cells), ElementsAre("backend"));
    const auto one = cells_of("[axes]\nbackend = \"a\"");
    ASSERT_TRUE(one.ok());
    EXPECT_THAT(varying_axes(*one), IsEmpty());
    EXPECT_EQ(short_name(one->front(), {}), "sequential x a");
    EXPECT_EQ(short_name(one->back(), {}), "sequential x a (A/A)");
}

}  // namespace
}  // namespace commitbench::sweep::testing
