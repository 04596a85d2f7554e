// SPDX-License-Identifier: Apache-2.0
#include "harness/run/reference_order.hpp"

#include "harness/run/ledger.hpp"
#include "harness/run/recording.hpp"
#include "harness/run/reference_chain.hpp"

#include <unistd.h>

namespace commitbench {
namespace {

Status sync_recording(std::FILE* recording) {
    if (std::fflush(recording) != 0 || fdatasync(fileno(recording)) != 0) {
        return Error{ErrorCode::io,
                     "the recording cannot be written to the temporary folder: free some space or "
                     "set TMPDIR to another folder"};
    }
    return {};
}

}  // namespace

Status carry_out(const ReferenceOrder& order, const RunRequest& request, std::FILE* recording) {
    auto workload = request.workload.component->create(request.workload.options, request.seed);
    if (!workload) {
        return workload.error();
    }
    auto executor =
        request.reference.component->create(request.reference.options, {.seed = request.seed});
    if (!executor) {
        return executor.error();
    }
    Ledger fresh;
    fresh.identity = {request.workload.canonical(), request.seed, (*workload)->content_digest(),
                      std::string(reference_of(request.executor))};
    std::unique_ptr<ReferenceTree> tree;
    if (!order.scheme.empty()) {
        tree = request.make_tree(order.scheme);
    }
    ProgressSink& progress = request.progress == nullptr ? silent_progress() : *request.progress;
    auto chain =
        ReferenceChain::start(**workload, **executor, std::move(tree), progress, request.interrupt);
    if (!chain) {
        return chain.error();
    }
    const auto note_root = [&] {
        if (const auto root = (*chain)->root()) {
            fresh.roots[order.scheme].push_back(*root);
        }
    };
    note_root();
    AccessSetsBuilder accesses;
    progress.begin("ledger: blocks", "blocks", order.blocks);
    for (std::uint64_t number = 1; number <= order.blocks; ++number) {
        if (is_set(request.interrupt)) {
            return Error{ErrorCode::interrupted, "interrupted while making the ledger"};
        }
        const bool recorded = number >= order.first_recorded;
        auto result = (*chain)->next(order.record_access_sets && recorded ? &accesses : nullptr);
        if (!result) {
            return result.error();
        }
        if (order.record_results && recorded) {
            COMMITBENCH_TRY(write_result(recording, number, **result));
        }
        if (order.record_access_sets && recorded) {
            COMMITBENCH_TRY(write_access_sets(recording, number, accesses.finish()));
        }
        fresh.blocks.push_back(make_ledger_block(**result));
        note_root();
        progress.update(number);
    }
    progress.end(order.blocks);
    COMMITBENCH_TRY(sync_recording(recording));
    if (order.ledger.empty()) {
        return {};
    }
    auto known = read_ledger(order.ledger, fresh.identity);
    if (!known) {
        return known.error();
    }
    if (!*known) {
        return write_ledger(order.ledger, fresh);
    }
    auto merged = merge_ledgers(std::move(**known), fresh, order.ledger);
    return merged ? write_ledger(order.ledger, *merged) : Status(merged.error());
}

}  // namespace commitbench
