// SPDX-License-Identifier: Apache-2.0
#include "workloads/token/token.hpp"

#include "workloads/work_units.hpp"
#include "workloads/working_set.hpp"

#include <fmt/format.h>
#include <tuple>

namespace commitbench::token {

TokenWorkload::TokenWorkload(const Settings& settings)
    : settings_(settings),
      accounts_(settings.accounts, settings.keys, settings.seed),
      fee_(settings.fee, settings.seed) {}

TokenWorkload::Draft TokenWorkload::draft(std::uint64_t block, std::uint64_t index) const noexcept {
    RandomStream random(settings_.seed, Domain::token, block, index);
    Draft made{};
    const double kind = random.unit();
    made.kind = kind < settings_.approve_share ? Kind::approve
                : kind < settings_.approve_share + settings_.transfer_from_share
                    ? Kind::transfer_from
                    : Kind::transfer;
    made.token = random.below(settings_.tokens);
    made.spender = random.below(settings_.spenders);
    if (made.kind == Kind::approve) {
        const double change = random.unit();
        made.from = accounts_.draw(random);
        made.amount = change < settings_.revoke_share ? 0
                      : change < settings_.revoke_share + settings_.unlimited_share
                          ? kUnlimited
                          : 1 + random.below(settings_.approve_max);
        return made;
    }
    made.overdraft = random.unit() < settings_.overdraft_share;
    // More than the sum of all balances: fails in whatever state. INVARIANT: no overflow, both
    // terms are below 2^63.
    made.amount = settings_.amounts.draw(random) +
                  (made.overdraft ? settings_.accounts * settings_.balance + 1 : 0);
    std::tie(made.from, made.to) = accounts_.draw_two(random);
    return made;
}

StateKey TokenWorkload::balance_key(std::uint64_t token, std::uint64_t account) const noexcept {
    return random_key(settings_.seed, Domain::token_key, {account, token, 0, 0});
}

StateKey TokenWorkload::allowance_key(std::uint64_t token,
                                      std::uint64_t owner,
                                      std::uint64_t spender) const noexcept {
    return random_key(settings_.seed, Domain::token_key, {owner, token, spender + 1, 0});
}

// The first state: all balances, token by token, then the allowances in the same order.

std::uint64_t TokenWorkload::state_size() const {
    return settings_.tokens * settings_.accounts *
           (1 + (settings_.allowance != 0 ? settings_.spenders : 0));
}

StateKey TokenWorkload::key(std::uint64_t index) const {
    const std::uint64_t account = index % settings_.accounts;
    const std::uint64_t token = index / settings_.accounts % settings_.tokens;
    const std::uint64_t layer = index / settings_.accounts / settings_.tokens;
    return layer == 0 ? balance_key(token, account) : allowance_key(token, account, layer - 1);
}

void TokenWorkload::value(std::uint64_t index, Bytes& value) const {
    const bool is_balance = index < settings_.tokens * settings_.accounts;
    put_words(value, first_slot(settings_.seed, Domain::token_value, index,
                                is_balance ? settings_.balance : settings_.allowance));
}

Result<std::unique_ptr<Block>> TokenWorkload::block(std::uint64_t number) const {
    if (number == 0) {
        return bad_input("token has no block 0: its blocks begin with 1");
    }
    std::vector<Call> calls(settings_.block_size);
    for (std::uint32_t i = 0; i < settings_.block_size; ++i) {
        const Draft made = draft(number, i);
        Call& call = calls[i];
        call.kind = made.kind;
        call.amount = made.amount;
        if (made.kind != Kind::approve) {
            call.from = balance_key(made.token, made.from);
            call.to = balance_key(made.token, made.to);
        }
        if (made.kind != Kind::transfer) {
            call.allowance = allowance_key(made.token, made.from, made.spender);
        }
    }
    return fee_.charged(std::make_unique<TokenBlock>(number, std::move(calls), settings_.work));
}

void TokenWorkload::facts(FactVisitor& visitor) const {
    const std::uint64_t blocks = (kSkewSample + settings_.block_size - 1) / settings_.block_size;
    KeyTally tally;
    std::array<std::uint64_t, 3> kinds{};
    std::uint64_t overdrafts = 0;
    for (std::uint64_t block = 1; block <= blocks; ++block) {
        for (std::uint64_t i = 0; i < settings_.block_size; ++i) {
            const Draft made = draft(block, i);
            ++kinds[static_cast<std::size_t>(made.kind)];
            overdrafts += made.overdraft ? 1 : 0;
            tally.hit(made.from);
            if (made.kind != Kind::approve) {
                tally.hit(made.to);
            }
        }
    }
    tally.facts(visitor, accounts_, settings_.accounts, blocks, "accounts",
                "owners, senders and receivers alike; tokens and spenders are uniform");
    const auto all = static_cast<double>(blocks * settings_.block_size);
    const auto share = [&kinds, all](Kind kind) {
        return static_cast<double>(kinds[static_cast<std::size_t>(kind)]) / all;
    };
    visitor.fact(
        "mix_realised",
        fmt::format("transfer {:.4f}, approve {:.4f}, transfer_from {:.4f}", share(Kind::transfer),
                    share(Kind::approve), share(Kind::transfer_from)),
        fmt::format("of the transactions of blocks 1..{}", blocks));
    visitor.fact("overdraft_share_realised",
                 fmt::format("{:.4f}", static_cast<double>(overdrafts) / all),
                 "of all transactions: transfers of more than the supply; others fail too, where "
                 "a balance or an allowance does not cover them");
    visitor.fact(
        "slot",
        fmt::format("{} bytes: amount 8, changes 8, filler 8, digest 8", sizeof(AmountSlot)),
        "as large as a storage slot of the EVM; an allowance of 0 is absent, a balance "
        "of 0 is not");
    fee_.facts(visitor);
    work_facts(visitor, settings_.work);
}

}  // namespace commitbench::token
