// SPDX-License-Identifier: Apache-2.0
#include "workloads/fold.hpp"
#include "workloads/swap/swap.hpp"
#include "workloads/working_set.hpp"

namespace commitbench::swap {

static_assert(kLongestRoute + 2 <= WorkingSet::kMostValues);

Receipt SwapBlock::execute(std::uint32_t index, StateAccess& state) const {
    const Swap& swap = swaps_[index];
    WorkingSet set(state, mixed(number_) + index);
    const auto from = set.present<AmountSlot>(swap.from);
    if (!from || from->amount < swap.amount) {
        return set.refused(work_);
    }
    from.change().take(swap.amount);
    std::uint64_t amount = swap.amount;
    std::uint64_t at = swap.first_pool;
    for (std::uint16_t i = 0; i < swap.pools; ++i) {
        const auto pool = set.present<Pool>((*pool_keys_)[at]);
        if (!pool) {
            return set.refused(work_);
        }
        Pool& changed = pool.change();
        std::uint64_t& in = swap.upwards ? changed.reserve_near : changed.reserve_far;
        std::uint64_t& out = swap.upwards ? changed.reserve_far : changed.reserve_near;
        const std::uint64_t given = amount_out(amount, in, out, fee_points_);
        if (given == 0) {
            return set.refused(work_);
        }
        in += amount;
        out -= given;
        ++changed.swaps;
        amount = given;
        at = next_pool(at, swap.upwards, pool_keys_->size());
    }
    if (amount < swap.limit) {
        return set.refused(work_);
    }
    const auto to = set.present<AmountSlot>(swap.to);
    if (!to) {
        return set.refused(work_);
    }
    to.change().add(amount);
    return set.accepted(work_);
}

}  // namespace commitbench::swap
