// SPDX-License-Identifier: Apache-2.0
// That a backend keeps what it is given: values, positions, and roots of known schemes.
#include "harness/plugin/conformance/backend_tests.hpp"

namespace commitbench::conformance {

Status test_empty_state(Trial& trial, const Subject& subject) {
    const auto folder = trial.new_folder();
    if (!folder) {
        return folder.error();
    }
    const auto session = BackendSession::open(trial, subject, {.folder = *folder});
    if (!session) {
        return session.error();
    }
    COMMITBENCH_TRY((*session)->load({}));
    COMMITBENCH_TRY((*session)->expect_all_values());
    const Root empty = (*session)->root();
    COMMITBENCH_TRY((*session)->commit({}));
    if ((*session)->root() != empty) {
        return unmet("the root of no keys is {} after load and {} after a block without changes",
                     show(empty), show((*session)->root()));
    }
    History history(trial.random());
    COMMITBENCH_TRY((*session)->commit(history.block({}, 1)));
    return (*session)->expect_all_values();
}

Status test_load(Trial& trial, const Subject& subject) {
    History history(trial.random());
    // One key; around a batch's end; several batches.
    for (const std::size_t keys :
         {std::size_t{1}, std::size_t{99}, std::size_t{1024}, std::size_t{5000}}) {
        auto session = BackendSession::begin(trial, subject, history.first_state(keys));
        if (!session) {
            return session.error();
        }
        COMMITBENCH_TRY((*session)->expect_all_values());
    }
    return {};
}

Status test_history(Trial& trial, const Subject& subject) {
    constexpr int kBlocks = 15;
    for (const std::size_t first : {std::size_t{0}, std::size_t{3}, std::size_t{1000}}) {
        History history(trial.random(10 + first));
        Random random = trial.random(20 + first);
        auto session = BackendSession::begin(trial, subject, history.first_state(first));
        if (!session) {
            return session.error();
        }
        for (int block = 0; block < kBlocks; ++block) {
            const Writes writes = history.block((*session)->state(), 1 + below(random, 200));
            COMMITBENCH_TRY((*session)->commit(writes));
            std::vector<StateKey> written;
            for (const auto& [key, value] : writes) {
                written.push_back(key);
            }
            COMMITBENCH_TRY((*session)->expect_values(written));
        }
        COMMITBENCH_TRY((*session)->expect_all_values());
    }
    return {};
}

Status test_empty_values(Trial& trial, const Subject& subject) {
    History history(trial.random());
    const State first = history.first_state(20);
    auto session = BackendSession::begin(trial, subject, first);
    if (!session) {
        return session.error();
    }
    Writes emptied;
    for (auto at = first.begin(); emptied.size() < 10; ++at) {
        emptied[at->first] = Bytes();
    }
    emptied[history.key()] = Bytes();
    COMMITBENCH_TRY((*session)->commit(emptied));
    COMMITBENCH_TRY((*session)->expect_all_values());
    Writes gone;
    Writes back;
    for (const auto& [key, value] : emptied) {
        gone[key] = std::nullopt;
        back[key] = history.value();
    }
    COMMITBENCH_TRY((*session)->commit(gone));
    COMMITBENCH_TRY((*session)->expect_all_values());
    COMMITBENCH_TRY((*session)->commit(back));
    return (*session)->expect_all_values();
}

Status test_huge_values(Trial& trial, const Subject& subject) {
    constexpr std::size_t kHuge = std::size_t{64} << 10;
    History history(trial.random());
    State first = history.first_state(30);
    first.begin()->second.assign(kHuge, 0x5a);
    auto session = BackendSession::begin(trial, subject, first);
    if (!session) {
        return session.error();
    }
    COMMITBENCH_TRY((*session)->expect_all_values());
    Writes larger;
    Writes smaller;
    for (auto at = first.begin(); larger.size() < 20; ++at) {
        larger[at->first] = Bytes(kHuge - larger.size(), static_cast<std::uint8_t>(larger.size()));
        smaller[at->first] = history.value();
    }
    for (const Writes& writes : {larger, smaller, larger}) {
        COMMITBENCH_TRY((*session)->commit(writes));
        COMMITBENCH_TRY((*session)->expect_all_values());
    }
    return {};
}

Status test_no_changes(Trial& trial, const Subject& subject) {
    History history(trial.random());
    auto session = BackendSession::begin(trial, subject, history.first_state(300));
    if (!session) {
        return session.error();
    }
    COMMITBENCH_TRY((*session)->commit(history.block((*session)->state(), 50)));
    const Root before = (*session)->root();
    for (int i = 0; i < 3; ++i) {
        COMMITBENCH_TRY((*session)->commit({}));
        if ((*session)->root() != before) {
            return unmet("block {} has no changes, and the root went from {} to {}",
                         (*session)->position().block, show(before), show((*session)->root()));
        }
    }
    COMMITBENCH_TRY((*session)->expect_all_values());
    COMMITBENCH_TRY((*session)->commit(history.block((*session)->state(), 50)));
    return (*session)->expect_all_values();
}

Status test_many_deletes(Trial& trial, const Subject& subject) {
    constexpr std::size_t kDeleted = 5000;
    constexpr std::size_t kKept = 1000;
    History history(trial.random());
    const State first = history.first_state(kDeleted + kKept);
    auto session = BackendSession::begin(trial, subject, first);
    if (!session) {
        return session.error();
    }
    Writes deletions;
    Writes others;
    State kept;
    // Every sixth stays, so that deletions are all over the tree.
    std::size_t at = 0;
    for (const auto& [key, value] : first) {
        if (at++ % 6 == 0) {
            kept[key] = value;
            others[key] = std::nullopt;
        } else {
            deletions[key] = std::nullopt;
        }
    }
    COMMITBENCH_TRY((*session)->commit(deletions));
    COMMITBENCH_TRY((*session)->expect_all_values());
    const Root after = (*session)->root();
    COMMITBENCH_TRY((*session)->commit(others));
    COMMITBENCH_TRY((*session)->expect_all_values());
    const Root none = (*session)->root();
    auto fresh = BackendSession::begin(trial, subject, kept);
    auto empty = BackendSession::begin(trial, subject, {});
    if (!fresh || !empty) {
        return fresh ? empty.error() : fresh.error();
    }
    if ((*fresh)->root() != after) {
        return unmet(
            "{} deletions in a block lead to the root {}, and a load of what is left to {}",
            kDeleted, show(after), show((*fresh)->root()));
    }
    if ((*empty)->root() != none) {
        return unmet("with all keys deleted the root is {}, and after a load of none {}",
                     show(none), show((*empty)->root()));
    }
    return {};
}

}  // namespace commitbench::conformance
