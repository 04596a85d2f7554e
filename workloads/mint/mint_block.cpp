// SPDX-License-Identifier: Apache-2.0
#include "workloads/fold.hpp"
#include "workloads/mint/mint.hpp"
#include "workloads/working_set.hpp"

namespace commitbench::mint {

MintBlock::MintBlock(std::uint64_t number, std::vector<Mint> mints, const Settings& settings)
    : number_(number),
      mints_(std::move(mints)),
      settings_(settings),
      counter_(counter_key(settings.seed)) {}

Receipt MintBlock::execute(std::uint32_t index, StateAccess& state) const {
    const Mint& mint = mints_[index];
    WorkingSet set(state, mixed(number_) + index);
    const auto minter = set.present<AmountSlot>(mint.minter);
    if (!minter || minter->amount >= settings_.allowed || mint.underpaid) {
        return set.refused(settings_.work);
    }
    const bool counts_by_reading = settings_.counter == CounterRule::read;
    std::uint64_t token_number = delta_number(number_, index);
    if (counts_by_reading) {
        const auto supply = set.counter(counter_);
        if (!supply || *supply >= settings_.cap) {
            return set.refused(settings_.work);
        }
        token_number = *supply;
    }
    const auto token = set.maybe<Token>(token_key(settings_.seed, token_number));
    if (!token || token.present()) {
        return set.refused(settings_.work);
    }
    Token& made = token.change();
    made.owner = mint.owner;
    made.number = token_number;
    made.minted = minter->amount;
    minter.change().add(1);
    const Receipt receipt = set.accepted(settings_.work);
    if (counts_by_reading) {
        state.write(counter_, counter_value(token_number + 1));
        return receipt;
    }
    return state.add(counter_, 1) == ReadState::stop ? Receipt{TxStatus::stopped, 0} : receipt;
}

}  // namespace commitbench::mint
