// SPDX-License-Identifier: Apache-2.0
#include "harness/core/work_limit.hpp"

#include <ranges>

namespace commitbench {

bool MeteredAccess::spend(std::uint64_t units) {
    if (units > left_) {
        ran_out_ = true;
        left_ = 0;
    } else {
        left_ -= units;
    }
    return !ran_out_;
}

StateRead MeteredAccess::read(const StateKey& key) {
    if (!spend(1)) {
        return {ReadState::stop, {}};
    }
    std::uint64_t added = 0;
    bool adds = false;
    const auto counter = [&](const StateRead& below) {
        if (below.state == ReadState::stop || !adds) {
            return below;
        }
        sum_ = counter_value(counter_of(below) + added);
        return StateRead{ReadState::present, sum_};
    };
    for (const Change& change : std::views::reverse(changes_)) {
        if (change.key != key) {
            continue;
        }
        if (change.kind != Kind::add) {
            return counter(change.kind == Kind::erase
                               ? StateRead{ReadState::absent, {}}
                               : StateRead{ReadState::present, value_of(change)});
        }
        adds = true;
        added += change.amount;
    }
    return counter(inner_.read(key));
}

void MeteredAccess::write(const StateKey& key, ByteView value) {
    if (!spend(1)) {
        return;
    }
    const std::size_t begin = values_.size();
    // The value may be what read() gave out of values_, which may move.
    const auto* const first = values_.data();
    const bool is_own = !value.empty() && std::less_equal<>()(first, value.data()) &&
                        std::less<>()(value.data(), first + begin);
    const std::size_t place = is_own ? static_cast<std::size_t>(value.data() - first) : 0;
    values_.resize(begin + value.size());
    if (!value.empty()) {
        std::memcpy(values_.data() + begin, is_own ? values_.data() + place : value.data(),
                    value.size());
    }
    changes_.push_back({.key = key,
                        .kind = Kind::write,
                        .size = static_cast<std::uint32_t>(value.size()),
                        .begin = begin});
}

void MeteredAccess::erase(const StateKey& key) {
    if (spend(1)) {
        changes_.push_back({.key = key, .kind = Kind::erase});
    }
}

ReadState MeteredAccess::add(const StateKey& key, std::uint64_t amount) {
    if (!spend(1)) {
        return ReadState::stop;
    }
    changes_.push_back({.key = key, .kind = Kind::add, .amount = amount});
    return ReadState::present;
}

Receipt MeteredAccess::conclude(const Receipt& receipt) {
    if (ran_out_) {
        return kOutOfWorkReceipt;
    }
    if (receipt.status == TxStatus::stopped) {
        return receipt;
    }
    for (const Change& change : changes_) {
        switch (change.kind) {
            case Kind::write:
                inner_.write(change.key, value_of(change));
                break;
            case Kind::erase:
                inner_.erase(change.key);
                break;
            case Kind::add:
                if (inner_.add(change.key, change.amount) == ReadState::stop) {
                    return {};
                }
                break;
        }
    }
    return receipt;
}

Receipt LimitedBlock::execute(std::uint32_t index, StateAccess& state) const {
    MeteredAccess metered(state, limit_);
    return metered.conclude(block_->execute(index, metered));
}

}  // namespace commitbench
