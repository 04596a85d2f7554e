// SPDX-License-Identifier: Apache-2.0
#include "workloads/payment.hpp"

#include <fmt/format.h>

namespace commitbench {

Result<PaymentRules> PaymentRules::from(const Options& options, std::string_view workload) {
    const PaymentRules rules{.accounts = options.integer("accounts"),
                             .balance = options.integer("balance"),
                             .amount_min = options.integer("amount-min"),
                             .amount_max = options.integer("amount-max"),
                             .overdraft_share = options.real("overdraft-share"),
                             .keys = KeyChoice::from(options)};
    if (rules.amount_min > rules.amount_max) {
        return bad_input(fmt::format(
            "workload '{}': amount-min={} is above amount-max={}: lower the first or raise the "
            "second",
            workload, rules.amount_min, rules.amount_max));
    }
    const std::uint64_t most = (UINT64_MAX >> 1) / rules.accounts;
    if (rules.balance > most) {
        return bad_input(
            fmt::format("workload '{}': {} accounts of balance={} hold more than 2^63 coins "
                        "together: give balance={} or less",
                        workload, rules.accounts, rules.balance, most));
    }
    return rules;
}

PaymentDraw::PaymentDraw(const PaymentRules& rules, std::uint64_t seed, Domain domain) noexcept
    : rules_(rules),
      seed_(seed),
      domain_(domain),
      keys_(rules.accounts, rules.keys, seed),
      overdraft_(rules.overdraft_share) {}

Payment PaymentDraw::at(std::uint64_t block, std::uint64_t index) const noexcept {
    RandomStream random(seed_, domain_, block, index);
    const std::uint64_t amount_word = random.next();
    const std::uint64_t overdraft_word = random.next();
    const auto [payer, payee] = keys_.draw_two(random);
    const std::uint64_t amount =
        rules_.amount_min + scaled(amount_word, rules_.amount_max - rules_.amount_min + 1);
    // More than the sum of all balances: fails in whatever state. INVARIANT: no overflow, both
    // terms are below 2^63.
    return {payer, payee,
            overdraft_(overdraft_word) ? rules_.accounts * rules_.balance + amount : amount};
}

void PaymentDraw::facts(FactVisitor& visitor, std::uint32_t block_size) const {
    const std::uint64_t wanted = (kSkewSample + block_size - 1) / block_size;
    KeyTally tally;
    std::uint64_t overdrafts = 0;
    for (std::uint64_t block = 1; block <= wanted; ++block) {
        for (std::uint64_t i = 0; i < block_size; ++i) {
            const Payment made = at(block, i);
            tally.hit(made.payer);
            tally.hit(made.payee);
            overdrafts += made.amount > rules_.accounts * rules_.balance ? 1 : 0;
        }
    }
    tally.facts(visitor, keys_, rules_.accounts, wanted, "accounts", "senders and receivers alike");
    visitor.fact("overdraft_share_realised",
                 fmt::format("{:.4f}", static_cast<double>(overdrafts) /
                                           static_cast<double>(wanted * block_size)),
                 "payments of more than all accounts have together; others may fail too, once "
                 "their sender is poor");
}

}  // namespace commitbench
