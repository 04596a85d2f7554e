// SPDX-License-Identifier: Apache-2.0
#include "workloads/trace/fee_recipient.hpp"

#include <algorithm>

namespace commitbench {

std::optional<std::size_t> find_fee_recipient(const bal::AccessList& list) {
    const auto hottest = std::ranges::max_element(
        list.accounts, {}, [](const bal::Account& account) { return account.balances.size(); });
    if (hottest == list.accounts.end() || hottest->balances.size() * 2 <= list.transactions()) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(hottest - list.accounts.begin());
}

std::size_t left_out(FeeRecipient rule, std::size_t writes) noexcept {
    switch (rule) {
        case FeeRecipient::deferred:
            return writes == 0 ? 0 : writes - 1;
        case FeeRecipient::none:
            return writes;
        case FeeRecipient::write:
            break;
    }
    return 0;
}

}  // namespace commitbench
