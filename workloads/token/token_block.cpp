// SPDX-License-Identifier: Apache-2.0
#include "workloads/fold.hpp"
#include "workloads/token/token.hpp"
#include "workloads/working_set.hpp"

namespace commitbench::token {
namespace {

bool approve(const Call& call, WorkingSet& set) {
    const auto allowance = set.maybe<AmountSlot>(call.allowance);
    if (!allowance) {
        return false;
    }
    if (call.amount == 0) {
        allowance.erase();
        return true;
    }
    AmountSlot& slot = allowance.change();
    slot.amount = call.amount;
    ++slot.changes;
    return true;
}

bool move_coins(const Call& call, WorkingSet& set) {
    const auto from = set.present<AmountSlot>(call.from);
    if (!from || from->amount < call.amount) {
        return false;
    }
    const auto to = set.present<AmountSlot>(call.to);
    if (!to) {
        return false;
    }
    from.change().take(call.amount);
    to.change().add(call.amount);
    return true;
}

bool spend_allowance(const Call& call, WorkingSet& set) {
    const auto allowance = set.maybe<AmountSlot>(call.allowance);
    if (!allowance || allowance->amount < call.amount) {
        return false;
    }
    if (allowance->amount == kUnlimited) {
        return true;
    }
    if (allowance->amount == call.amount) {
        allowance.erase();
    } else {
        allowance.change().take(call.amount);
    }
    return true;
}

}  // namespace

Receipt TokenBlock::execute(std::uint32_t index, StateAccess& state) const {
    const Call& call = calls_[index];
    WorkingSet set(state, mixed(number_) + index);
    bool good = false;
    switch (call.kind) {
        case Kind::transfer:
            good = move_coins(call, set);
            break;
        case Kind::approve:
            good = approve(call, set);
            break;
        case Kind::transfer_from:
            good = spend_allowance(call, set) && move_coins(call, set);
            break;
    }
    return good ? set.accepted(work_) : set.refused(work_);
}

}  // namespace commitbench::token
