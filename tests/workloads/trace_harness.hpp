// SPDX-License-Identifier: Apache-2.0
// What the tests of `trace` share: lists written by hand, and the state that a chain of lists must
// end in.
#pragma once

#include "tests/workloads/interpreter.hpp"
#include "workloads/trace/synthetic_trace.hpp"
#include "workloads/trace/trace.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace commitbench::testing {

/// A folder of its own for one test, removed at the end.
class ScratchFolder {
  public:
    ScratchFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "commitbench-XXXXXX").string();
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        path_ = name;
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    ~ScratchFolder() {
        std::error_code unused;
        std::filesystem::remove_all(path_, unused);
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path write(const std::string& name, ByteView bytes) const {
        std::ofstream file(path_ / name, std::ios::binary);
        file.write(reinterpret_cast<const char*>(bytes.data()),
                   static_cast<std::streamsize>(bytes.size()));
        return path_ / name;
    }

  private:
    std::filesystem::path path_;
};

[[nodiscard]] inline bal::Address address(std::uint8_t n) {
    bal::Address made{};
    made[19] = n;
    return made;
}

/// To be filled by the test.
[[nodiscard]] inline bal::Account untouched_account(std::uint8_t n) {
    bal::Account made;
    made.address = address(n);
    return made;
}

[[nodiscard]] inline bal::Word word(std::uint8_t n) {
    bal::Word made{};
    made[31] = n;
    return made;
}

/// The value that each written location must have after `blocks`: nullopt where it is deleted. From
/// the lists alone, by the rules at the head of location.hpp.
[[nodiscard]] inline std::map<StateKey, std::optional<Bytes>> recorded_values(
    std::span<const NumberedList> blocks) {
    std::map<StateKey, std::optional<Bytes>> last;
    for (const NumberedList& block : blocks) {
        for (const bal::Account& account : block.list.accounts) {
            for (const bal::SlotWrites& slot : account.slots) {
                const bal::Word& value = slot.writes.back().value;
                last[slot_key(account.address, slot.slot)] =
                    bal::is_zero(value) ? std::nullopt : std::optional(integer_value(value));
            }
            if (!account.balances.empty()) {
                last[location_key(LocationKind::balance, account.address)] =
                    integer_value(account.balances.back().balance.digits());
            }
            if (!account.nonces.empty()) {
                last[location_key(LocationKind::nonce, account.address)] =
                    integer_value(bal::Quantity(account.nonces.back().nonce).digits());
            }
            if (!account.codes.empty()) {
                last[location_key(LocationKind::code, account.address)] = account.codes.back().code;
            }
        }
    }
    return last;
}

/// Runs every block of the workload through the interpreter, checking after each that the recorded
/// values came out exactly and that nothing else changed. The receipts of all blocks.
inline std::vector<Receipt> replay_and_check(const TraceWorkload& workload,
                                             std::span<const NumberedList> blocks) {
    State state = first_state(workload);
    std::vector<Receipt> receipts;
    for (std::uint64_t number = 1; number <= workload.block_limit(); ++number) {
        const State before = state;
        const auto block = block_of(workload, number);
        EXPECT_EQ(block->number(), number);
        EXPECT_EQ(block->size(), blocks[number - 1].list.transactions());
        for (const Receipt& receipt : run(*block, state)) {
            EXPECT_EQ(receipt.status, TxStatus::ok)
                << "a read gave something else than the chain expects";
            receipts.push_back(receipt);
        }
        State expected = before;
        for (const auto& [key, value] : recorded_values(blocks.subspan(number - 1, 1))) {
            if (value) {
                expected[key] = *value;
            } else {
                expected.erase(key);
            }
        }
        EXPECT_EQ(state == expected, true) << "block " << blocks[number - 1].number;
    }
    return receipts;
}

/// INVARIANT: the lists make a chain.
[[nodiscard]] inline std::unique_ptr<TraceWorkload> trace_of(std::span<const NumberedList> blocks,
                                                             const ChainRules& rules,
                                                             std::uint64_t work = 0) {
    auto made = TraceWorkload::make(
        blocks, {.rules = rules, .work = work, .source = "lists", .content_digest = ""});
    EXPECT_TRUE(made.ok());
    return std::move(*made);
}

}  // namespace commitbench::testing
