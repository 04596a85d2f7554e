// SPDX-License-Identifier: Apache-2.0
// What one process persists and the next one finds, also where the first was killed.
#include "harness/plugin/conformance/act.hpp"
#include "harness/plugin/conformance/backend_tests.hpp"
#include "harness/plugin/conformance/message.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <unistd.h>

namespace commitbench::conformance {
namespace {

using Clock = std::chrono::steady_clock;

/// Reads on into `text`. False at the end.
bool read_more(int descriptor, std::string& text) {
    std::array<char, 1U << 12> piece{};
    while (true) {
        const ssize_t got = ::read(descriptor, piece.data(), piece.size());
        if (got > 0) {
            text.append(piece.data(), static_cast<std::size_t>(got));
            return true;
        }
        if (got == 0 || errno != EINTR) {
            return false;
        }
    }
}

/// Why a writer ended that nobody killed; ok where it did what it should.
Status ending_of(FreshProcess& process, const std::string& text) {
    const auto end = process.wait();
    if (!end) {
        return end.error();
    }
    const Told told = read_messages(text);
    if (end->exit_code == 0 && told.outcome && told.outcome->result == TestResult::ok) {
        return {};
    }
    if (end->exit_code == 0 && told.outcome) {
        return unmet("in the process that writes: {}", told.outcome->why);
    }
    return unmet("in the process that writes, in {}: {}", told.last_step,
                 how_it_ended(end->exit_code, end->errors));
}

/// Lets a process write `blocks` blocks to the end.
Status write_elsewhere(Trial& trial, const std::filesystem::path& folder, std::uint64_t blocks) {
    trial.doing(fmt::format("waiting for a process that writes {} blocks", blocks));
    auto process = trial.start(fmt::format("{}:{}", kWrite, blocks), folder);
    if (!process) {
        return process.error();
    }
    std::string text;
    while (read_more(process->report(), text)) {
    }
    return ending_of(*process, text);
}

/// Looks at the clock until then: a sleep would end a scheduler's tick too late.
void wait_until(Clock::time_point when) {
    while (Clock::now() < when) {
    }
}

/// Lets a process write until `persists` of them were begun, and kills it so long after the last.
Result<WriterWords> write_and_kill(Trial& trial,
                                   const std::filesystem::path& folder,
                                   std::string_view act,
                                   std::uint64_t persists,
                                   std::chrono::nanoseconds delay) {
    trial.doing(
        fmt::format("waiting for a process that writes, to be killed {} us into persist number {}",
                    delay.count() / 1000, persists));
    auto process = trial.start(act, folder);
    if (!process) {
        return process.error();
    }
    std::string text;
    while (read_words(text).persists_begun < persists) {
        if (!read_more(process->report(), text)) {
            const Status ended = ending_of(*process, text);
            return ended ? unmet("a process that writes for ever has ended") : ended.error();
        }
    }
    wait_until(Clock::now() + delay);
    process->send(SIGKILL);
    while (read_more(process->report(), text)) {
    }
    if (const auto end = process->wait(); !end) {
        return end.error();
    }
    return read_words(text);
}

/// What the killed process must have left.
Status check_remains(BackendSession& session,
                     const WriterWords& words,
                     const Position& before,
                     WrittenHistory& history) {
    if (session.backend().empty()) {
        return unmet("the folder is empty");
    }
    const Position found = session.backend().persisted();
    const std::uint64_t said = std::max(before.block, words.persisted);
    const std::uint64_t most = std::max(said, words.begun);
    if (found.block < said || found.block > most) {
        return unmet("block {} is there: {} was persisted, and {}", found.block, said,
                     most > said ? fmt::format("{} under way", most) : "none under way");
    }
    const auto told = words.roots.find(found.block);
    if (told != words.roots.end() && told->second != found.root) {
        return unmet("block {} is there with the root {}, and it was persisted with {}",
                     found.block, show(found.root), show(told->second));
    }
    history.advance_to(found.block);
    return session.expect(history.state(), found);
}

}  // namespace

Status test_second_process(Trial& trial, const Subject& subject) {
    if (!subject.keeps_files) {
        return trial.skip(kKeepsNoFiles);
    }
    const auto folder = trial.new_folder();
    if (!folder) {
        return folder.error();
    }
    std::optional<WrittenHistory> history;
    for (int turn = 0; turn < 3; ++turn) {
        COMMITBENCH_TRY(write_elsewhere(trial, *folder, 3));
        auto session = BackendSession::open(trial, subject, {.folder = *folder});
        if (!session) {
            return session.error();
        }
        if (!history) {
            history.emplace(trial, (*session)->empty_value());
        }
        history->advance_to(history->block() + 3);
        const Position found = (*session)->backend().persisted();
        if (found.block != history->block()) {
            return unmet("another process persisted block {}, and block {} is there",
                         history->block(), found.block);
        }
        COMMITBENCH_TRY((*session)->expect(history->state(), found));
        COMMITBENCH_TRY((*session)->commit(history->next()));
    }
    return {};
}

Status test_killed_in_persist(Trial& trial, const Subject& subject) {
    if (!subject.keeps_files) {
        return trial.skip(kKeepsNoFiles);
    }
    const auto folder = trial.new_folder();
    if (!folder) {
        return folder.error();
    }
    constexpr int kMostKills = 40;
    constexpr int kFewestKills = 5;
    // The rest is for the machine's bad moments.
    const auto enough = Clock::now() + trial.orders().time_limit * 2 / 5;
    Random random = trial.random(2);
    std::optional<WrittenHistory> history;
    Position before;
    std::uint64_t usual_ns = 500'000;
    int kills = 0;
    int within = 0;
    while (kills < kMostKills && (kills < kFewestKills || Clock::now() < enough)) {
        // Now and then later than persist usually ends.
        const std::chrono::nanoseconds delay(
            static_cast<std::int64_t>(below(random, usual_ns + usual_ns / 4 + 1)));
        const auto words = write_and_kill(trial, *folder, kills % 2 == 0 ? kWrite : kWriteSynced,
                                          1 + below(random, 4), delay);
        if (!words) {
            return words.error();
        }
        ++kills;
        within += words->begun > words->persisted ? 1 : 0;
        const std::string when = fmt::format("after kill {}, {} us into persist of block {}", kills,
                                             delay.count() / 1000, words->begun);
        auto session = BackendSession::open(trial, subject, {.folder = *folder});
        if (!session) {
            return unmet("{}: {}", when, session.error().message);
        }
        if (!history) {
            history.emplace(trial, (*session)->empty_value());
        }
        if (const Status left = check_remains(**session, *words, before, *history); !left) {
            return unmet("{}: {}", when, left.error().message);
        }
        before = (*session)->position();
        usual_ns = words->persist_ns == 0 ? usual_ns : words->persist_ns;
    }
    auto session = BackendSession::open(trial, subject, {.folder = *folder});
    auto fresh = BackendSession::begin(trial, subject, history->state());
    if (!session || !fresh) {
        return session ? fresh.error() : session.error();
    }
    if ((*session)->root() != (*fresh)->root()) {
        return unmet("after {} kills the root is {}, and a load of the same state has {}", kills,
                     show((*session)->root()), show((*fresh)->root()));
    }
    trial.note(fmt::format("{} kills, {} of them within persist", kills, within));
    return {};
}

}  // namespace commitbench::conformance
