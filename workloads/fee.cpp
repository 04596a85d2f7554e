// SPDX-License-Identifier: Apache-2.0
#include "workloads/fee.hpp"

#include "workloads/fold.hpp"
#include "workloads/random.hpp"

#include <fmt/format.h>

namespace commitbench {
namespace {

/// See Block.
class FeeBlock final : public Block {
  public:
    FeeBlock(std::unique_ptr<Block> paying, FeeRule rule, const StateKey& recipient)
        : paying_(std::move(paying)), rule_(rule), recipient_(recipient) {}

    [[nodiscard]] std::uint64_t number() const override { return paying_->number(); }
    [[nodiscard]] std::uint32_t size() const override {
        return paying_->size() + (rule_ == FeeRule::deferred ? 1 : 0);
    }

    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override {
        if (index == paying_->size()) {
            const Receipt start{TxStatus::ok, mixed(number()) + index};
            return pay(state, start, kFee * paying_->size());
        }
        const Receipt receipt = paying_->execute(index, state);
        if (receipt.status == TxStatus::stopped) {
            return receipt;
        }
        switch (rule_) {
            case FeeRule::write:
                return pay(state, receipt, kFee);
            case FeeRule::delta:
                return state.add(recipient_, kFee) == ReadState::stop
                           ? Receipt{TxStatus::stopped, 0}
                           : receipt;
            case FeeRule::none:
            case FeeRule::deferred:
                break;
        }
        return receipt;
    }

  private:
    /// Reads the counter and writes it; `receipt` with what was read folded into it.
    [[nodiscard]] Receipt pay(StateAccess& state, Receipt receipt, std::uint64_t amount) const {
        const StateRead read = state.read(recipient_);
        if (read.state == ReadState::stop) {
            return {TxStatus::stopped, 0};
        }
        receipt.digest = folded(receipt.digest, read);
        state.write(recipient_, counter_value(counter_of(read) + amount));
        return receipt;
    }

    std::unique_ptr<Block> paying_;
    FeeRule rule_;
    StateKey recipient_;
};

}  // namespace

FeeRule fee_rule(const Options& options) {
    const std::string& text = options.text("fee");
    return text == "deferred" ? FeeRule::deferred
           : text == "write"  ? FeeRule::write
           : text == "delta"  ? FeeRule::delta
                              : FeeRule::none;
}

Fee::Fee(FeeRule rule, std::uint64_t seed) noexcept
    : rule_(rule), recipient_(random_key(seed, Domain::fee_recipient, {})) {}

std::unique_ptr<Block> Fee::charged(std::unique_ptr<Block> block) const {
    if (rule_ == FeeRule::none) {
        return block;
    }
    return std::make_unique<FeeBlock>(std::move(block), rule_, recipient_);
}

void Fee::facts(FactVisitor& visitor) const {
    switch (rule_) {
        case FeeRule::none:
            visitor.fact("fee", "none", "no transaction pays a fee");
            break;
        case FeeRule::deferred:
            visitor.fact(
                "fee",
                fmt::format("{} coins a transaction, paid by one more at the end of each block",
                            kFee),
                "the last transaction counts among the block's");
            break;
        case FeeRule::write:
            visitor.fact(
                "fee",
                fmt::format("{} coins a transaction, one read and one write of the recipient each",
                            kFee),
                "every transaction depends on the one before it");
            break;
        case FeeRule::delta:
            visitor.fact(
                "fee",
                fmt::format("{} coins a transaction, one addition to the recipient each", kFee),
                "additions commute; an executor that does not use that reads and writes");
            break;
    }
}

}  // namespace commitbench
