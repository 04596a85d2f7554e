// SPDX-License-Identifier: Apache-2.0
#include "workloads/amounts.hpp"

#include <fmt/format.h>

namespace commitbench {

Result<Amounts> Amounts::from(const Options& options, std::string_view workload) {
    const Amounts amounts{options.integer("amount-min"), options.integer("amount-max")};
    if (amounts.min > amounts.max) {
        return bad_input(
            fmt::format("workload '{}': amount-min={} is above amount-max={}: lower the first or "
                        "raise the second",
                        workload, amounts.min, amounts.max));
    }
    return amounts;
}

Status check_supply(std::string_view workload,
                    std::string_view option,
                    std::uint64_t accounts,
                    std::uint64_t coins,
                    unsigned bits) {
    const std::uint64_t most = ((std::uint64_t{1} << bits) - 1) / accounts;
    if (coins > most) {
        return bad_input(
            fmt::format("workload '{}': {} accounts of {}={} hold more than 2^{} coins together: "
                        "give {}={} or less",
                        workload, accounts, option, coins, bits, option, most));
    }
    return {};
}

Status check_shares(const Options& options,
                    std::string_view workload,
                    std::string_view one,
                    std::string_view other) {
    if (options.real(one) + options.real(other) > 1) {
        return bad_input(
            fmt::format("workload '{}': {}={} and {}={} are more than 1 together: lower one",
                        workload, one, options.real(one), other, options.real(other)));
    }
    return {};
}

AmountSlot first_slot(std::uint64_t seed,
                      Domain domain,
                      std::uint64_t index,
                      std::uint64_t amount) noexcept {
    RandomStream random(seed, domain, index, 0);
    const std::uint64_t filler = random.next();
    return {.amount = amount, .changes = 0, .filler = filler, .digest = random.next()};
}

}  // namespace commitbench
