// SPDX-License-Identifier: Apache-2.0
#include "executors/sequential/sequential_executor.hpp"

#include "executors/declared/declared_access.hpp"
#include "executors/declared/declared_sets.hpp"
#include "executors/declared/undeclared.hpp"
#include "executors/sequential/block_overlay.hpp"

#include <array>

namespace commitbench {
namespace {

class SequentialExecutor final : public Executor {
  public:
    explicit SequentialExecutor(bool stale) : stale_(stale) {}

    Status prepare(StateSource& state) override {
        auto reader = state.open_reader();
        if (!reader) {
            return reader.error();
        }
        reader_ = std::move(*reader);
        return {};
    }

    Status receive(const Block& block) override {
        if (!stale_ || reader_ == nullptr) {
            return {};
        }
        auto declared = pre_executed(block, *reader_);
        if (!declared) {
            return declared.error();
        }
        declared_ = std::move(*declared);
        return {};
    }

    Result<const BlockResult*> execute(const Block& block) override {
        if (reader_ == nullptr) {
            return Error{ErrorCode::unsupported,
                         "sequential: execute() was called before prepare()"};
        }
        if (stale_ && declared_.size() != block.size()) {
            return Error{ErrorCode::unsupported,
                         "sequential: execute() was called before receive()"};
        }
        result_.clear();
        result_.receipts.reserve(block.size());
        overlay_.begin(*reader_, result_);
        DeclaredAccess declared(declared_, overlay_);
        for (std::uint32_t index = 0; index < block.size(); ++index) {
            const Receipt receipt =
                stale_ ? declared.execute(block, index) : block.execute(index, overlay_);
            if (overlay_.error()) {
                return *overlay_.error();
            }
            if (receipt.status == TxStatus::stopped) {
                return Error{ErrorCode::unsupported,
                             fmt::format("sequential: transaction {} of block {} stopped although "
                                         "every read was answered: a mistake of the workload",
                                         index, block.number())};
            }
            result_.receipts.push_back(receipt);
            aborts_ += stale_ && receipt == kUndeclaredReceipt ? 1U : 0U;
        }
        overlay_.finish();
        reads_ += result_.reads;
        state_reads_ += result_.state_reads;
        writes_ += result_.writes;
        executions_ += block.size();
        return &result_;
    }

    void counters(CounterVisitor& visitor) const override {
        visitor.counter("reads", reads_);
        visitor.counter("state_reads", state_reads_);
        visitor.counter("writes", writes_);
        visitor.counter("executions", executions_);
        // What it has none of, so that every executor can be asked the same.
        visitor.counter("validations", 0);
        visitor.counter("suspensions", 0);
        visitor.counter("aborts", aborts_);
    }

    void facts(FactVisitor& visitor) const override {
        visitor.fact("threads", "1", "transactions run one after the other");
        visitor.fact("block_read_cache", "on",
                     "a key is asked of the backend once a block; state_reads counts these");
    }

  private:
    bool stale_;
    AccessSets declared_;  // where stale_
    std::unique_ptr<StateReader> reader_;
    BlockOverlay overlay_;
    BlockResult result_;
    std::uint64_t reads_ = 0;
    std::uint64_t state_reads_ = 0;
    std::uint64_t writes_ = 0;
    std::uint64_t executions_ = 0;
    std::uint64_t aborts_ = 0;  ///< for what was not declared
};

constexpr std::array kOptions{
    OptionSpec{.key = "declared",
               .type = OptionType::choice,
               .default_value = "any",
               .range = "any|stale",
               .help = "any: a transaction may touch any key; stale: only those that it touches "
                       "when run alone on the state before the block, or it fails and writes "
                       "nothing."},
};

bool is_stale(const Options& options) {
    return options.text("declared") == "stale";
}

std::string_view reference_of_sequential(const Options& options) {
    return is_stale(options) ? "sequential:declared=stale" : "sequential";
}

Result<std::unique_ptr<Executor>> create_sequential(const Options& options,
                                                    const ExecutorResources& /*resources*/) {
    return std::unique_ptr<Executor>(std::make_unique<SequentialExecutor>(is_stale(options)));
}

}  // namespace

constinit const ExecutorComponent kSequentialComponent{
    {"sequential",
     "Runs the transactions of a block in order on one thread; the reference of all executors.",
     kOptions, &create_sequential},
    &reference_of_sequential,
};

}  // namespace commitbench
