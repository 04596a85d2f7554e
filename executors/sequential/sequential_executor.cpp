// SPDX-License-Identifier: Apache-2.0
#include "executors/sequential/sequential_executor.hpp"

#include "executors/sequential/block_overlay.hpp"

namespace commitbench {
namespace {

class SequentialExecutor final : public Executor {
  public:
    Status prepare(StateSource& state) override {
        auto reader = state.open_reader();
        if (!reader) {
            return reader.error();
        }
        reader_ = std::move(*reader);
        return {};
    }

    Result<const BlockResult*> execute(const Block& block) override {
        if (reader_ == nullptr) {
            return Error{ErrorCode::unsupported,
                         "sequential: execute() was called before prepare()"};
        }
        result_.clear();
        result_.receipts.reserve(block.size());
        overlay_.begin(*reader_, result_);
        for (std::uint32_t index = 0; index < block.size(); ++index) {
            const Receipt receipt = block.execute(index, overlay_);
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
        }
        overlay_.finish();
        reads_ += result_.reads;
        state_reads_ += result_.state_reads;
        writes_ += result_.writes;
        return &result_;
    }

    void counters(CounterVisitor& visitor) const override {
        visitor.counter("reads", reads_);
        visitor.counter("state_reads", state_reads_);
        visitor.counter("writes", writes_);
    }

    void facts(FactVisitor& visitor) const override {
        visitor.fact("threads", "1", "transactions run one after the other");
        visitor.fact("block_read_cache", "on",
                     "a key is asked of the backend once a block; state_reads counts these");
    }

  private:
    std::unique_ptr<StateReader> reader_;
    BlockOverlay overlay_;
    BlockResult result_;
    std::uint64_t reads_ = 0;
    std::uint64_t state_reads_ = 0;
    std::uint64_t writes_ = 0;
};

Result<std::unique_ptr<Executor>> create_sequential(const Options& /*options*/,
                                                    const ExecutorResources& /*resources*/) {
    return std::unique_ptr<Executor>(std::make_unique<SequentialExecutor>());
}

}  // namespace

constinit const ExecutorComponent kSequentialComponent{
    "sequential",
    "Runs the transactions of a block in order on one thread; the reference of all executors.",
    {},
    &create_sequential,
};

}  // namespace commitbench
