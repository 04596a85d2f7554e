// SPDX-License-Identifier: Apache-2.0
// `flat` killed in the midst of a load and of blocks: what the next open finds.
#include "flat_harness.hpp"

#include <csignal>
#include <functional>
#include <gmock/gmock.h>
#include <sys/wait.h>

namespace commitbench::testing {
namespace {

using ::testing::HasSubstr;

class FlatKilled : public ::testing::TestWithParam<std::string> {
  protected:
    TemporaryFolder folder_;
};

// The killed process: this program again, with its orders in the environment; see main(). (A mere
// fork would inherit RocksDB's thread pool without its threads.)

constexpr std::size_t kChildChanges = 300;

/// Block `number` of the run that the child makes and the parent knows.
void child_block(std::uint64_t number, State& state, StateDiff& diff) {
    std::mt19937_64 random(1000 + number);
    random_block(random, kChildChanges, state, diff);
}

State child_first_state(std::size_t keys) {
    std::mt19937_64 random(15);
    return random_state(random, keys);
}

/// Says a word and then waits for its end in the middle of a load.
class StuckState final : public SortedState {
  public:
    StuckState(const State& state, std::uint64_t stuck_at, std::function<void()> say)
        : state_(state), stuck_at_(stuck_at), say_(std::move(say)) {}
    Result<bool> next(StateKey& key, ByteView& value) override {
        if (given_++ == stuck_at_) {
            say_();
            while (true) {
                ::pause();
            }
        }
        return state_.next(key, value);
    }
    std::uint64_t size() const override { return state_.size(); }

  private:
    MapState state_;
    std::uint64_t stuck_at_;
    std::uint64_t given_ = 0;
    std::function<void()> say_;
};

/// What the child does until it is killed. Returns only where something failed.
void work_until_killed(std::string_view orders, const char* spec, const char* folder) {
    const auto say = [](char word) {
        if (::write(STDOUT_FILENO, &word, 1) != 1) {
            ::_exit(1);
        }
    };
    auto backend =
        make_backend(spec, folder, orders == "none" ? Durability::none : Durability::block);
    if (!backend) {
        return;
    }
    if (orders == "load") {
        const State large = child_first_state(60'000);
        StuckState stuck(large, 50'000, [&] { say('!'); });
        (void)(*backend)->load(stuck);
        return;
    }
    State state = child_first_state(2000);
    MapState first(state);
    if (!(*backend)->load(first)) {
        return;
    }
    say('!');
    StateDiff diff;
    for (std::uint64_t block = 1;; ++block) {
        child_block(block, state, diff);
        if (!(*backend)->stage(diff) || !(*backend)->merkleize() || !(*backend)->persist(block)) {
            return;
        }
        say('B');
    }
}

/// Starts the child, reads its words until `until` says so, waits a little more and kills it. The
/// number of blocks that it reported.
template<class Until>
std::uint64_t run_and_kill(const std::string& spec,
                           const std::filesystem::path& folder,
                           const char* orders,
                           unsigned wait_us,
                           Until until) {
    std::array<int, 2> words{};
    EXPECT_EQ(::pipe(words.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(words[1], STDOUT_FILENO);
        ::close(words[0]);
        ::close(words[1]);
        ::setenv("COMMITBENCH_TEST_SPEC", spec.c_str(), 1);
        ::setenv("COMMITBENCH_TEST_FOLDER", folder.c_str(), 1);
        ::setenv("COMMITBENCH_TEST_ORDERS", orders, 1);
        ::execl("/proc/self/exe", "flat_kill_test", nullptr);
        ::_exit(127);
    }
    ::close(words[1]);
    std::uint64_t blocks = 0;
    char word = 0;
    bool started = false;
    while (!until(started, blocks)) {
        if (::read(words[0], &word, 1) != 1) {
            ADD_FAILURE() << "the child ended by itself";
            break;
        }
        started = started || word == '!';
        blocks += started && word == 'B' ? 1 : 0;
    }
    ::usleep(wait_us);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(words[0], &word, 1) == 1) {  // said before it died
        blocks += word == 'B' ? 1 : 0;
    }
    ::close(words[0]);
    return blocks;
}

TEST_P(FlatKilled, KillInTheMiddleOfALoadIsRefusedOnTheNextOpen) {
    run_and_kill(GetParam(), folder_.path(), "load", 0,
                 [](bool started, std::uint64_t) { return started; });
    const auto backend = make_backend(GetParam(), folder_.path());
    ASSERT_FALSE(backend.ok());
    EXPECT_THAT(backend.error().message, HasSubstr("cut short"));
}

TEST_P(FlatKilled, KillInTheMiddleOfBlocksKeepsTheLastOne) {
    std::mt19937_64 random(16);
    for (int round = 0; round < 8; ++round) {
        const TemporaryFolder folder;
        const std::uint64_t stop = 1 + random() % 20;
        const auto wait_us = static_cast<unsigned>(random() % 6000);
        SCOPED_TRACE("kill " + std::to_string(wait_us) + " us after block " + std::to_string(stop));
        const std::uint64_t said =
            run_and_kill(GetParam(), folder.path(), round % 2 == 0 ? "block" : "none", wait_us,
                         [stop](bool, std::uint64_t blocks) { return blocks == stop; });
        auto backend = make_backend(GetParam(), folder.path());
        ASSERT_OK(backend);
        const std::uint64_t block = (*backend)->persisted().block;
        ASSERT_TRUE(block == said || block == said + 1) << "said " << said << ", found " << block;
        State state = child_first_state(2000);
        StateDiff diff;
        for (std::uint64_t number = 1; number <= block; ++number) {
            child_block(number, state, diff);
        }
        ASSERT_NO_FATAL_FAILURE(expect_state(**backend, state, random));
        // And it goes on from there.
        child_block(block + 1, state, diff);
        ASSERT_NO_FATAL_FAILURE(run_block(**backend, block + 1, diff));
        ASSERT_NO_FATAL_FAILURE(expect_state(**backend, state, random));
    }
}

INSTANTIATE_TEST_SUITE_P(Backends,
                         FlatKilled,
                         ::testing::Values("flat:store=lmdb",
                                           "flat:store=rocksdb",
                                           "flat:store=rocksdb,direct=on"),
                         name_of_spec);

}  // namespace

int run_as_child(const char* orders) {
    const char* const spec = std::getenv("COMMITBENCH_TEST_SPEC");
    const char* const folder = std::getenv("COMMITBENCH_TEST_FOLDER");
    if (spec != nullptr && folder != nullptr) {
        work_until_killed(orders, spec, folder);
    }
    return 1;
}

}  // namespace commitbench::testing

int main(int argc, char** argv) {
    if (const char* const orders = std::getenv("COMMITBENCH_TEST_ORDERS"); orders != nullptr) {
        return commitbench::testing::run_as_child(orders);
    }
    ::testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
