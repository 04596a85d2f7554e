// SPDX-License-Identifier: Apache-2.0
// Readers: between blocks, across blocks, and several at once.
#include "harness/plugin/conformance/backend_tests.hpp"

#include <algorithm>

namespace commitbench::conformance {

Status test_readers_across_blocks(Trial& trial, const Subject& subject) {
    History history(trial.random());
    auto opened = BackendSession::begin(trial, subject, history.first_state(400));
    if (!opened) {
        return opened.error();
    }
    BackendSession& session = **opened;
    // One stays open all the time; the others come and go.
    trial.doing("reader_open");
    const auto old = session.backend().open_reader();
    if (!old) {
        return old.error();
    }
    for (int block = 0; block < 6; ++block) {
        const auto keys = session.keys_to_look_at();
        trial.doing(fmt::format(
            "reading with a reader that was opened before block 1, after block {}", block));
        COMMITBENCH_TRY(session.expect_values(**old, keys));
        COMMITBENCH_TRY(session.expect_values(keys));
        COMMITBENCH_TRY(session.commit(history.block(session.state(), 100)));
    }
    COMMITBENCH_TRY(session.expect_values(**old, session.keys_to_look_at()));
    return session.expect_all_values();
}

Status test_readers_in_threads(Trial& trial, const Subject& subject) {
    constexpr std::uint32_t kThreads = 4;
    WorkerPool pool(kThreads);
    History history(trial.random());
    auto opened = BackendSession::begin(trial, subject, history.first_state(1500), &pool);
    if (!opened) {
        return opened.error();
    }
    BackendSession& session = **opened;
    for (int block = 0; block < 4; ++block) {
        std::vector<std::unique_ptr<StateReader>> readers;
        std::vector<std::vector<StateKey>> keys;
        for (std::uint32_t i = 0; i < kThreads; ++i) {
            auto reader = session.backend().open_reader();
            if (!reader) {
                return reader.error();
            }
            readers.push_back(std::move(*reader));
            keys.push_back(session.keys_to_look_at());  // each in an order of its own
        }
        std::vector<Status> read(kThreads);
        trial.doing(fmt::format("reading with {} readers at once after block {}", kThreads, block));
        pool.run([&](const NativeWorker& worker) {
            for (int round = 0; round < 3 && read[worker.index()].ok(); ++round) {
                read[worker.index()] =
                    session.expect_values(*readers[worker.index()], keys[worker.index()]);
            }
        });
        for (const Status& one : read) {
            COMMITBENCH_TRY(one);
        }
        readers.clear();
        COMMITBENCH_TRY(session.commit(history.block(session.state(), 150)));
    }
    return {};
}

}  // namespace commitbench::conformance
