// SPDX-License-Identifier: Apache-2.0
// Opening, closing, and what lies between.
#include "harness/plugin/conformance/backend_tests.hpp"

#include <algorithm>
#include <sys/prctl.h>
#include <unistd.h>

namespace commitbench::conformance {
namespace {

/// Root may write everywhere: while this lives, files are asked for as somebody else.
class NotAsRoot {
  public:
    NotAsRoot() : failed_(::geteuid() == 0 && ::seteuid(kNobody) != 0) {}
    NotAsRoot(const NotAsRoot&) = delete;
    NotAsRoot& operator=(const NotAsRoot&) = delete;
    ~NotAsRoot() {
        if (::getuid() == 0 && ::seteuid(0) == 0) {
            // Lost with the user, and a leak check at the exit needs it.
            ::prctl(PR_SET_DUMPABLE, 1);
        }
    }
    [[nodiscard]] bool failed() const noexcept { return failed_; }

  private:
    static constexpr uid_t kNobody = 65534;
    bool failed_;
};

}  // namespace
Status test_close_at_any_time(Trial& trial, const Subject& subject) {
    History history(trial.random());
    const State first = history.first_state(200);
    const Writes block = history.block(first, 50);
    enum class Until { open, load, stage, merkleize, persist };
    for (const Until until :
         {Until::open, Until::load, Until::stage, Until::merkleize, Until::persist}) {
        for (int round = 0; round < 5; ++round) {
            const auto folder = trial.new_folder();
            if (!folder) {
                return folder.error();
            }
            auto session = BackendSession::open(trial, subject, {.folder = *folder});
            if (!session) {
                return session.error();
            }
            BackendSession& open = **session;
            if (until >= Until::load) {
                COMMITBENCH_TRY(open.load(first));
            }
            if (until == Until::stage) {
                StateDiff diff;
                for (const auto& [key, value] : block) {
                    if (value) {
                        diff.add(key, OldState::unknown, {}, *value);
                    }
                }
                trial.doing("stage, and close after it");
                COMMITBENCH_TRY(open.backend().stage(diff));
                session = Error{};  // closes while the changes are still there
                continue;
            }
            if (until == Until::merkleize) {
                const auto root = open.stage_and_merkleize(block);
                if (!root) {
                    return root.error();
                }
            }
            if (until == Until::persist) {
                COMMITBENCH_TRY(open.commit(block));
            }
            trial.doing("close");
        }
    }
    return {};
}

Status test_reopen(Trial& trial, const Subject& subject) {
    History history(trial.random());
    auto session = BackendSession::begin(trial, subject, history.first_state(500));
    if (!session) {
        return session.error();
    }
    COMMITBENCH_TRY((*session)->reopen());
    COMMITBENCH_TRY((*session)->expect_all_values());
    for (int block = 0; block < 6; ++block) {
        COMMITBENCH_TRY((*session)->commit(history.block((*session)->state(), 80)));
        COMMITBENCH_TRY((*session)->reopen());
        COMMITBENCH_TRY((*session)->expect_all_values());
    }
    COMMITBENCH_TRY((*session)->reopen());  // twice, with nothing in between
    return (*session)->expect_all_values();
}

Status test_staged_is_not_kept(Trial& trial, const Subject& subject) {
    if (!subject.keeps_files) {
        return trial.skip(kKeepsNoFiles);
    }
    const auto folder = trial.new_folder();
    if (!folder) {
        return folder.error();
    }
    History history(trial.random());
    State state = history.first_state(300);
    Position position;
    {
        auto session = BackendSession::open(trial, subject, {.folder = *folder});
        if (!session) {
            return session.error();
        }
        COMMITBENCH_TRY((*session)->load(state));
        position = (*session)->position();
    }
    for (int block = 0; block < 3; ++block) {
        const Writes persisted = history.block(state, 60);
        {
            auto session = BackendSession::open(trial, subject, {.folder = *folder});
            if (!session) {
                return session.error();
            }
            COMMITBENCH_TRY((*session)->expect(state, position));
            COMMITBENCH_TRY((*session)->commit(persisted));
            state = (*session)->state();
            position = (*session)->position();
            const auto root = (*session)->stage_and_merkleize(history.block(state, 60));
            if (!root) {
                return root.error();
            }
            trial.doing("close between merkleize and persist");
        }
        auto session = BackendSession::open(trial, subject, {.folder = *folder});
        if (!session) {
            return session.error();
        }
        if (const Status kept = (*session)->expect(state, position); !kept) {
            return unmet("closed between merkleize and persist of block {}, then opened again: {}",
                         position.block + 1, kept.error().message);
        }
    }
    return {};
}

Status test_unwritable_folder(Trial& trial, const Subject& subject) {
    if (!subject.keeps_files) {
        return trial.skip(kKeepsNoFiles);
    }
    const auto folder = trial.new_folder();
    if (!folder) {
        return folder.error();
    }
    std::filesystem::permissions(
        *folder, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec |
                     std::filesystem::perms::others_read | std::filesystem::perms::others_exec);
    const NotAsRoot nobody;
    if (nobody.failed()) {
        return trial.skip("run as root, and the system lets it be nobody else");
    }
    History history(trial.random());
    trial.doing("open in a folder that cannot be written");
    auto session = BackendSession::open(trial, subject, {.folder = *folder});
    if (!session) {
        if (session.error().message.ends_with("it gives no reason")) {
            return unmet("open in a folder that cannot be written: {}", session.error().message);
        }
        return {};
    }
    trial.doing("load in a folder that cannot be written");
    if ((*session)->load(history.first_state(100))) {
        return unmet(
            "neither open nor load says that the folder cannot be written, and the backend says "
            "that "
            "it keeps files");
    }
    return {};
}

Status test_counters_and_facts(Trial& trial, const Subject& subject) {
    struct Visitor final : CounterVisitor, FactVisitor {
        std::map<std::string, std::uint64_t> counters;
        std::string wrong;
        void gauge(std::string_view name, std::uint64_t /*value*/) override { check_name(name); }
        void counter(std::string_view name, std::uint64_t value) override {
            check_name(name);
            if (const auto before = counters.find(std::string(name));
                before != counters.end() && before->second > value) {
                wrong = fmt::format("the counter {} went from {} down to {}", name, before->second,
                                    value);
            }
            counters[std::string(name)] = value;
        }
        void check_name(std::string_view name) {
            const bool good = !name.empty() && std::ranges::all_of(name, [](char letter) {
                return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                       letter == '_';
            });
            if (!good) {
                wrong = fmt::format("a counter is called '{}': write small letters, digits and '_'",
                                    name);
            }
        }
        void fact(std::string_view name,
                  std::string_view /*value*/,
                  std::string_view /*why*/) override {
            if (name.empty()) {
                wrong = "a fact has no name";
            }
        }
    } visitor;
    History history(trial.random());
    auto session = BackendSession::begin(trial, subject, history.first_state(300));
    if (!session) {
        return session.error();
    }
    for (int block = 0; block < 4; ++block) {
        trial.doing("counters and facts");
        (*session)->backend().counters(visitor);
        (*session)->backend().facts(visitor);
        if (!visitor.wrong.empty()) {
            return unmet("{}", visitor.wrong);
        }
        COMMITBENCH_TRY((*session)->commit(history.block((*session)->state(), 50)));
    }
    return {};
}

}  // namespace commitbench::conformance
