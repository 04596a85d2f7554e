// SPDX-License-Identifier: Apache-2.0
#include "harness/run/block_check.hpp"

#include "codec/hex.hpp"
#include "harness/run/mismatch.hpp"

namespace commitbench {
namespace {

std::string show(const Root& root) {
    return "0x" + to_hex(root.view());
}

}  // namespace

BlockCheck::Reason BlockCheck::check_first_state() {
    const Position position = backend_.persisted();
    if (position.block != 0) {
        return fmt::format("after loading, the backend says that it is at block {}",
                           position.block);
    }
    if (scheme_.empty()) {
        return std::nullopt;
    }
    const Root& expected = ledger_.roots.find(scheme_)->second[0];
    if (position.root != expected) {
        return fmt::format("first state: the backend's root is {}, the ledger's {}",
                           show(position.root), show(expected));
    }
    return std::nullopt;
}

Result<BlockCheck::Reason> BlockCheck::check_result(std::uint64_t number,
                                                    const BlockResult& result) {
    if (const auto disorder = first_disorder(result.diff)) {
        return Reason(fmt::format("block {}: {}", number, *disorder));
    }
    if (make_ledger_block(result) != ledger_.blocks[number - 1]) {
        return explain_result(number, result);
    }
    return Reason();
}

Result<BlockCheck::Reason> BlockCheck::check_block(std::uint64_t number,
                                                   const BlockResult& result,
                                                   const Root& root) {
    if (auto wrong = check_result(number, result); !wrong || *wrong) {
        return wrong;
    }
    const Position position = backend_.persisted();
    if (position.block != number || position.root != root) {
        return Reason(
            fmt::format("block {}: the backend says that block {} with root {} was "
                        "persisted, but merkleize gave {}",
                        number, position.block, show(position.root), show(root)));
    }
    if (!scheme_.empty()) {
        const Root& expected = ledger_.roots.find(scheme_)->second[number];
        if (root != expected) {
            return explain_root(number, result, root, expected);
        }
    }
    ++blocks_checked_;
    return Reason();
}

Result<BlockCheck::Reason> BlockCheck::check_last(const BlockResult& result) {
    auto lost = first_lost_write(backend_, result.diff);
    if (!lost) {
        return lost.error();
    }
    return *lost ? Reason(fmt::format("after the last block, {}: the backend lost a write", **lost))
                 : Reason();
}

Result<BlockCheck::Reason> BlockCheck::explain_result(std::uint64_t number,
                                                      const BlockResult& result) {
    // A second execution of everything before it costs time, once, and only where the run is lost
    // anyway.
    COMMITBENCH_TRY(reference_.carry_out({.blocks = number,
                                          .scheme = {},
                                          .ledger = {},
                                          .record_results = true,
                                          .record_access_sets = false,
                                          .first_recorded = number}));
    BlockResult expected;
    COMMITBENCH_TRY(read_result(reference_.recording(), number, expected));
    if (make_ledger_block(expected) != ledger_.blocks[number - 1]) {
        return Reason(
            fmt::format("block {}: the ledger does not have what the reference gets now: "
                        "it was made before the workload or the reference was changed; "
                        "delete the ledger",
                        number));
    }
    if (const auto key = first_difference(result.diff, expected.diff)) {
        return Reason(fmt::format("block {}, {}", number, *key));
    }
    const auto receipt = first_difference(std::span<const Receipt>(result.receipts),
                                          std::span<const Receipt>(expected.receipts));
    return Reason(fmt::format("block {}, {}", number,
                              receipt.value_or("the digests differ, the contents do not")));
}

Result<BlockCheck::Reason> BlockCheck::explain_root(std::uint64_t number,
                                                    const BlockResult& result,
                                                    const Root& root,
                                                    const Root& expected) {
    const std::string roots = fmt::format("block {}: the backend's root is {}, the ledger's {}",
                                          number, show(root), show(expected));
    auto lost = first_lost_write(backend_, result.diff);
    if (!lost) {
        return lost.error();
    }
    if (*lost) {
        return Reason(fmt::format("{}; {}: the backend lost a write", roots, **lost));
    }
    return Reason(
        fmt::format("{}; all {} keys that the block changed read back right: the values "
                    "agree and the tree is wrong",
                    roots, result.diff.size()));
}

}  // namespace commitbench
