// SPDX-License-Identifier: Apache-2.0
#include "harness/run/mismatch.hpp"

#include "codec/hex.hpp"

#include <fmt/format.h>

namespace commitbench {
namespace {

/// Enough of a value to recognise it by.
constexpr std::size_t kShownBytes = 32;

std::string show(ByteView value) {
    const std::string shown = "0x" + to_hex(value.first(std::min(value.size(), kShownBytes)));
    return value.size() <= kShownBytes ? shown : fmt::format("{}… ({} bytes)", shown, value.size());
}

std::string show(const Change& change) {
    return change.deleted ? "deleted it" : "wrote " + show(change.new_value);
}

std::string show(const StateKey& key) {
    return "key 0x" + to_hex(key.view());
}

std::string_view show(TxStatus status) {
    switch (status) {
        case TxStatus::ok:
            return "ok";
        case TxStatus::failed:
            return "failed";
        case TxStatus::stopped:
            break;
    }
    return "stopped";
}

}  // namespace

std::optional<std::string> first_difference(const StateDiff& run, const StateDiff& reference) {
    const auto mine = run.changes();
    const auto theirs = reference.changes();
    for (std::size_t i = 0; i < std::max(mine.size(), theirs.size()); ++i) {
        const bool only_mine =
            i >= theirs.size() || (i < mine.size() && mine[i].key < theirs[i].key);
        if (only_mine) {
            return fmt::format("{}: the run {}, the reference did not change it", show(mine[i].key),
                               show(mine[i]));
        }
        if (i >= mine.size() || theirs[i].key < mine[i].key) {
            return fmt::format("{}: the run did not change it, the reference {}",
                               show(theirs[i].key), show(theirs[i]));
        }
        if (mine[i].deleted != theirs[i].deleted ||
            !equal(mine[i].new_value, theirs[i].new_value)) {
            return fmt::format("{}: the run {}, the reference {}", show(mine[i].key), show(mine[i]),
                               show(theirs[i]));
        }
    }
    return std::nullopt;
}

std::optional<std::string> first_difference(std::span<const Receipt> run,
                                            std::span<const Receipt> reference) {
    for (std::size_t i = 0; i < std::min(run.size(), reference.size()); ++i) {
        if (run[i] != reference[i]) {
            return fmt::format(
                "transaction {}: the run's receipt is {} {:016x}, the reference's {} "
                "{:016x}",
                i, show(run[i].status), run[i].digest, show(reference[i].status),
                reference[i].digest);
        }
    }
    if (run.size() != reference.size()) {
        return fmt::format("the run has {} receipts, the reference {}", run.size(),
                           reference.size());
    }
    return std::nullopt;
}

Result<std::optional<std::string>> first_lost_write(Backend& backend, const StateDiff& diff) {
    auto reader = backend.open_reader();
    if (!reader) {
        return reader.error();
    }
    for (const Change& change : diff.changes()) {
        auto value = (*reader)->get(change.key);
        if (!value) {
            return value.error();
        }
        const bool same = change.deleted ? !value->has_value()
                                         : value->has_value() && equal(**value, change.new_value);
        if (!same) {
            return std::optional<std::string>(fmt::format("{}: the block {}, the backend reads {}",
                                                          show(change.key), show(change),
                                                          *value ? show(**value) : "nothing"));
        }
    }
    return std::optional<std::string>();
}

Result<std::optional<std::string>> first_wrong_entry(Backend& backend, const Workload& workload) {
    constexpr std::uint64_t kEntries = 64;
    auto reader = backend.open_reader();
    if (!reader) {
        return reader.error();
    }
    const std::uint64_t keys = workload.state_size();
    Bytes expected;
    for (std::uint64_t i = 0; i < std::min(keys, kEntries); ++i) {
        const std::uint64_t index = i * (keys / std::min(keys, kEntries));
        const StateKey key = workload.key(index);
        workload.value(index, expected);
        auto value = (*reader)->get(key);
        if (!value) {
            return value.error();
        }
        if (!value->has_value() || !equal(**value, expected)) {
            return std::optional<std::string>(
                fmt::format("first state: {}: the workload has {}, the backend reads {}", show(key),
                            show(expected), *value ? show(**value) : "nothing"));
        }
    }
    return std::optional<std::string>();
}

std::optional<std::string> first_disorder(const StateDiff& diff) {
    const auto changes = diff.changes();
    for (std::size_t i = 1; i < changes.size(); ++i) {
        if (!(changes[i - 1].key < changes[i].key)) {
            return fmt::format("{} does not come after the key before it in the StateDiff",
                               show(changes[i].key));
        }
    }
    return std::nullopt;
}

}  // namespace commitbench
