// SPDX-License-Identifier: Apache-2.0
#include "harness/plugin/conformance/act.hpp"

#include "codec/hex.hpp"

#include <charconv>
#include <chrono>
#include <limits>
#include <sstream>

namespace commitbench::conformance {
namespace {

constexpr std::string_view kReady = "ready";          // BLOCK ROOT
constexpr std::string_view kPersist = "persist";      // BLOCK ROOT
constexpr std::string_view kPersisted = "persisted";  // BLOCK NANOSECONDS

Status write_blocks(Trial& trial,
                    const Subject& subject,
                    std::uint64_t blocks,
                    Durability durability) {
    auto opened = BackendSession::open(trial, subject,
                                       {.folder = trial.orders().folder, .durability = durability});
    if (!opened) {
        return opened.error();
    }
    BackendSession& session = **opened;
    WrittenHistory history(trial, session.empty_value());
    if (session.backend().empty()) {
        COMMITBENCH_TRY(session.load(history.state()));
    } else {
        const Position found = session.backend().persisted();
        history.advance_to(found.block);
        COMMITBENCH_TRY(session.expect(history.state(), found));
    }
    const int report = trial.orders().report;
    const auto say = [report](std::string_view word, std::uint64_t block, const std::string& more) {
        tell(report, fmt::format("{} {} {}\n", word, block, more));
    };
    say(kReady, session.position().block, to_hex(session.root().view()));
    for (std::uint64_t i = 0; i < blocks; ++i) {
        const auto root = session.stage_and_merkleize(history.next());
        if (!root) {
            return root.error();
        }
        say(kPersist, history.block(), to_hex(root->view()));
        const auto start = std::chrono::steady_clock::now();
        COMMITBENCH_TRY(session.persist(*root));
        const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - start;
        say(kPersisted, history.block(), std::to_string(took.count()));
    }
    return {};
}

}  // namespace

WrittenHistory::WrittenHistory(const Trial& trial, EmptyValue empty)
    : empty_(empty), history_(trial.random(100)), state_(history_.first_state(kKeys)) {}

Writes WrittenHistory::next() {
    Writes writes = history_.block(state_, kWritesABlock);
    apply(state_, writes, empty_);
    ++block_;
    return writes;
}

void WrittenHistory::advance_to(std::uint64_t block) {
    while (block_ < block) {
        (void)next();
    }
}

WriterWords read_words(std::string_view text) {
    WriterWords words;
    std::istringstream lines{std::string(text.substr(0, text.rfind('\n') + 1))};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream parts(line);
        std::string word;
        std::string last;
        std::uint64_t block = 0;
        if (!(parts >> word >> block >> last)) {
            continue;  // a step of the trial
        }
        if (word == kPersisted) {
            words.persisted = block;
            (void)std::from_chars(last.data(), last.data() + last.size(), words.persist_ns);
            continue;
        }
        const auto root = from_hex(last);
        if (!root || root->size() != Root().bytes.size()) {
            continue;
        }
        words.roots[block] = Root::from(*root);
        words.ready = words.ready || word == kReady;
        if (word == kPersist) {
            ++words.persists_begun;
            words.begun = block;
        }
    }
    return words;
}

Status carry_out_act(std::string_view act, Trial& trial, const Subject& subject) {
    const std::size_t colon = act.find(':');
    const std::string_view name = act.substr(0, colon);
    std::uint64_t blocks = std::numeric_limits<std::uint64_t>::max();
    if (colon != std::string_view::npos) {
        const auto number = parse_integer(act.substr(colon + 1));
        if (!number) {
            return bad_input(fmt::format("--act {}: is no number of blocks", act));
        }
        blocks = *number;
    }
    if (subject.kind() != Kind::backend || (name != kWrite && name != kWriteSynced)) {
        return bad_input(fmt::format("--act {}: there is no such act for this component", act));
    }
    return write_blocks(trial, subject, blocks,
                        name == kWriteSynced ? Durability::block : Durability::none);
}

}  // namespace commitbench::conformance
