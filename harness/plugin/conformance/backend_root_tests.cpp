// SPDX-License-Identifier: Apache-2.0
// That a root commits to a state, and to nothing of how the state came about.
#include "harness/plugin/conformance/backend_tests.hpp"

#include <algorithm>
#include <array>

namespace commitbench::conformance {
namespace {

using Entries = std::vector<std::pair<StateKey, Bytes>>;

Entries entries_of(const State& state, Random& random) {
    Entries entries(state.begin(), state.end());
    std::ranges::shuffle(entries, random);
    return entries;
}

/// The root after a load of the first `loaded` entries and the rest in `blocks` blocks.
Result<Root> root_of_parts(Trial& trial,
                           const Subject& subject,
                           const Entries& entries,
                           std::size_t loaded,
                           std::size_t blocks) {
    const auto middle = entries.begin() + static_cast<std::ptrdiff_t>(loaded);
    auto session = BackendSession::begin(trial, subject, State(entries.begin(), middle));
    if (!session) {
        return session.error();
    }
    const std::size_t rest = entries.size() - loaded;
    for (std::size_t block = 0; block < blocks; ++block) {
        const auto begin = middle + static_cast<std::ptrdiff_t>(rest * block / blocks);
        const auto end = middle + static_cast<std::ptrdiff_t>(rest * (block + 1) / blocks);
        COMMITBENCH_TRY((*session)->commit(Writes(begin, end)));
    }
    COMMITBENCH_TRY((*session)->expect_all_values());
    return (*session)->root();
}

}  // namespace

Status test_order(Trial& trial, const Subject& subject) {
    constexpr std::size_t kKeys = 600;
    constexpr std::size_t kBlocks = 6;
    History history(trial.random());
    Random random = trial.random(2);
    const State state = history.first_state(kKeys);
    std::optional<Root> first;
    for (int round = 0; round < 4; ++round) {
        const auto root =
            root_of_parts(trial, subject, entries_of(state, random), kKeys / 2, kBlocks);
        if (!root) {
            return root.error();
        }
        if (first && *root != *first) {
            return unmet(
                "the same {} keys and values, half of them loaded and half in {} blocks, have the "
                "root {} in one order and {} in another",
                kKeys, kBlocks, show(*first), show(*root));
        }
        first = *root;
    }
    return {};
}

Status test_partition(Trial& trial, const Subject& subject) {
    struct Part {
        std::size_t loaded;
        std::size_t blocks;
    };
    constexpr std::size_t kKeys = 500;
    constexpr std::array kParts{Part{kKeys, 0}, Part{kKeys, 0},      Part{0, 1}, Part{kKeys / 2, 1},
                                Part{0, 2},     Part{kKeys / 3, 10}, Part{1, 3}, Part{kKeys - 1, 1},
                                Part{0, 50},    Part{kKeys, 4}};
    History history(trial.random());
    Random random = trial.random(2);
    const State state = history.first_state(kKeys);
    // One order, so that what differs is the partition alone.
    const Entries entries = entries_of(state, random);
    std::optional<Root> first;
    for (const Part& part : kParts) {
        const auto root = root_of_parts(trial, subject, entries, part.loaded, part.blocks);
        if (!root) {
            return root.error();
        }
        if (first && *root != *first) {
            return unmet(
                "{} keys have the root {} when all are loaded, and {} when {} are loaded and the "
                "others come in {} blocks",
                kKeys, show(*first), show(*root), part.loaded, part.blocks);
        }
        first = *root;
    }
    return {};
}

Status test_deleted_is_never_inserted(Trial& trial, const Subject& subject) {
    History history(trial.random());
    const State kept = history.first_state(400);
    Writes inserted;
    Writes deleted;
    State all = kept;
    for (int i = 0; i < 100; ++i) {
        const StateKey key = history.key();
        inserted[key] = history.value();
        deleted[key] = std::nullopt;
        all[key] = *inserted[key];
    }
    auto session = BackendSession::begin(trial, subject, kept);
    auto whole = BackendSession::begin(trial, subject, all);
    if (!session || !whole) {
        return session ? whole.error() : session.error();
    }
    const Root before = (*session)->root();
    for (int round = 0; round < 2; ++round) {
        COMMITBENCH_TRY((*session)->commit(inserted));
        if ((*session)->root() != (*whole)->root()) {
            return unmet("100 keys inserted{} lead to the root {}, and a load of all to {}",
                         round == 0 ? "" : " again after their deletion", show((*session)->root()),
                         show((*whole)->root()));
        }
        COMMITBENCH_TRY((*session)->commit(deleted));
        if ((*session)->root() != before) {
            return unmet(
                "the root is {} before 100 keys are inserted and {} after they are deleted again",
                show(before), show((*session)->root()));
        }
    }
    COMMITBENCH_TRY((*session)->expect_all_values());
    COMMITBENCH_TRY((*session)->commit(deleted));  // of keys that are absent already
    if ((*session)->root() != before) {
        return unmet("deletions of absent keys change the root from {} to {}", show(before),
                     show((*session)->root()));
    }
    COMMITBENCH_TRY((*whole)->commit(deleted));
    if ((*whole)->root() != before) {
        return unmet(
            "100 loaded keys were deleted: the root is {}, and that of a load without them {}",
            show((*whole)->root()), show(before));
    }
    return (*whole)->expect_all_values();
}

Status test_workers(Trial& trial, const Subject& subject) {
    std::vector<Root> expected;
    for (const std::uint32_t workers : {1U, 2U, 4U}) {
        WorkerPool pool(workers);
        History history(trial.random());
        auto session = BackendSession::begin(trial, subject, history.first_state(2000), &pool);
        if (!session) {
            return session.error();
        }
        for (std::size_t block = 0; block < 4; ++block) {
            COMMITBENCH_TRY((*session)->commit(history.block((*session)->state(), 400)));
            if (workers == 1) {
                expected.push_back((*session)->root());
            } else if (expected[block] != (*session)->root()) {
                return unmet("block {} has the root {} with one worker and {} with {}", block + 1,
                             show(expected[block]), show((*session)->root()), workers);
            }
        }
        COMMITBENCH_TRY((*session)->expect_all_values());
    }
    return {};
}

Status test_script_keys(Trial& trial, const Subject& subject) {
    History history(trial.random());
    const State first = history.first_state(100);
    auto staged = BackendSession::begin(trial, subject, first);
    auto session = BackendSession::begin(trial, subject, first);
    if (!staged || !session) {
        return staged ? session.error() : staged.error();
    }
    const Writes writes = history.block(first, 60);
    COMMITBENCH_TRY((*staged)->commit(writes));
    std::vector<KeyChange> script;
    for (auto at = writes.rbegin(); at != writes.rend(); ++at) {  // in no order
        Bytes key(at->first.bytes.begin(), at->first.bytes.end());
        script.push_back({key, {1, 2, 3}, false});  // the last change of a key wins
        script.push_back({std::move(key), at->second.value_or(Bytes()), !at->second.has_value()});
    }
    Backend& backend = (*session)->backend();
    trial.doing("stage_keys");
    if (const Status done = backend.stage_keys(script); !done) {
        return done.error().code == ErrorCode::unsupported ? trial.skip("stage_keys is not offered")
                                                           : done;
    }
    const auto root = backend.merkleize();
    if (!root) {
        return root.error();
    }
    if (*root != (*staged)->root()) {
        return unmet("the same changes have the root {} by stage and {} by stage_keys",
                     show((*staged)->root()), show(*root));
    }
    return backend.persist(1);
}

}  // namespace commitbench::conformance
