// SPDX-License-Identifier: Apache-2.0
// Block access lists: what is decoded is encoded back as the same bytes; what is refused is refused
// in one line; and every list that decodes can be counted and replayed to exactly what it records.
#include "tests/fuzz/target.hpp"
#include "workloads/trace/synthetic_trace.hpp"
#include "workloads/trace/trace.hpp"
#include "workloads/trace/trace_info.hpp"

#include <map>

namespace commitbench::fuzz {
namespace {

class MapState final : public StateAccess {
  public:
    [[nodiscard]] StateRead read(const StateKey& key) override {
        const auto found = values.find(key);
        return found == values.end() ? StateRead{ReadState::absent, {}}
                                     : StateRead{ReadState::present, found->second};
    }
    void write(const StateKey& key, ByteView value) override {
        values[key] = Bytes(value.begin(), value.end());
    }
    void erase(const StateKey& key) override { values.erase(key); }

    std::map<StateKey, Bytes> values;
};

void check_replay(const bal::AccessList& list, ByteView input) {
    const NumberedList block{7, list};
    const auto workload = TraceWorkload::make(
        {&block, 1}, {.rules = {.seed = 1, .fresh_slots = 0.5, .fresh_balances = 0.5},
                      .work = 0,
                      .source = "",
                      .content_digest = ""});
    require(workload.ok(), "a list that decodes makes a workload", input);
    MapState state;
    Bytes value;
    for (std::uint64_t i = 0; i < (*workload)->state_size(); ++i) {
        (*workload)->value(i, value);
        require(!value.empty(), "no value of the first state is empty", input);
        state.values[(*workload)->key(i)] = value;
    }
    const auto made = (*workload)->block(1);
    require(made.ok() && (*made)->size() == list.transactions(), "the block has its transactions",
            input);
    for (std::uint32_t i = 0; i < (*made)->size(); ++i) {
        require((*made)->execute(i, state).status == TxStatus::ok, "every read is as expected",
                input);
    }
    for (const bal::Account& account : list.accounts) {
        for (const bal::SlotWrites& slot : account.slots) {
            const bal::Word& last = slot.writes.back().value;
            const StateRead read = state.read(slot_key(account.address, slot.slot));
            require(bal::is_zero(last) ? read.state == ReadState::absent
                                       : equal(read.value, integer_value(last)),
                    "a slot ends as recorded", input);
        }
        if (!account.balances.empty()) {
            require(equal(state.read(location_key(LocationKind::balance, account.address)).value,
                          integer_value(account.balances.back().balance.digits())),
                    "a balance ends as recorded", input);
        }
        if (!account.codes.empty()) {
            require(equal(state.read(location_key(LocationKind::code, account.address)).value,
                          account.codes.back().code),
                    "code ends as recorded", input);
        }
    }
}

}  // namespace

bool check(ByteView input) {
    const auto list = bal::decode(input, "fuzz.rlp");
    if (!list) {
        const std::string& message = list.error().message;
        require(list.error().code == ErrorCode::bad_input && message.starts_with("fuzz.rlp: ") &&
                    message.find('\n') == std::string::npos,
                "a refusal is one line that names the file", input);
        return false;
    }
    require(equal(bal::encode(*list), input), "decode then encode gives the same bytes", input);
    const BlockStatistics statistics = block_statistics(*list);
    require(statistics.txs == list->transactions() && statistics.critical_path <= statistics.txs &&
                statistics.critical_path_no_hot <= statistics.critical_path &&
                statistics.hottest.txs <= statistics.txs && statistics.idle_txs <= statistics.txs &&
                statistics.txs_with_pred_no_hot <= statistics.txs,
            "statistics are within their bounds", input);
    // One high index makes a block of 65,536 transactions: counted above, not worth replaying again
    // and again.
    if (statistics.txs <= 300) {
        check_replay(*list, input);
    }
    return true;
}

std::vector<Bytes> corpus() {
    std::vector<Bytes> inputs{{0xc0}};
    for (const std::uint32_t transactions : {1U, 2U, 5U}) {
        const auto made = make_synthetic_trace({.seed = transactions,
                                                .blocks = 2,
                                                .transactions = transactions,
                                                .accounts = 3,
                                                .contracts = 1,
                                                .slots = 3,
                                                .slot_writes = 1,
                                                .pure_reads = 2,
                                                .touched_only = 1,
                                                .delete_share = 0.5,
                                                .code_share = 0});
        require(made.ok(), "the corpus can be made", {});
        for (const NumberedList& block : *made) {
            inputs.push_back(bal::encode(block.list));
        }
    }
    bal::Account creation;
    creation.codes = {{0, {0x60, 0x00}}, {255, {0x5b}}};
    creation.nonces = {{0, 1}};
    creation.balances = {{0, bal::Quantity(0)}};
    inputs.push_back(bal::encode({{creation}}));
    return inputs;
}

}  // namespace commitbench::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    commitbench::fuzz::check({data, size});
    return 0;
}
