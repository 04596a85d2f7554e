// SPDX-License-Identifier: Apache-2.0
#include "workloads/orderbook/orderbook.hpp"

#include "workloads/work_units.hpp"
#include "workloads/working_set.hpp"

#include <fmt/format.h>

namespace commitbench::orderbook {
namespace {

/// Exponent of the law of the distance between an order's price and the best one that its side
/// asks for: most orders come in near the middle.
constexpr double kDistanceTheta = 1;

/// Looks for an order to cancel before the transaction becomes a limit order instead.
constexpr int kCancelDraws = 16;

}  // namespace

OrderbookWorkload::OrderbookWorkload(const Settings& settings)
    : settings_(settings),
      markets_(settings.markets, settings.keys, settings.seed),
      distances_(settings.prices / 2, kDistanceTheta),
      keys_(settings.seed),
      fee_(settings.fee, settings.seed) {}

std::uint64_t OrderbookWorkload::draw_price(RandomStream& random, Side side) const noexcept {
    const std::uint64_t distance = distances_.draw(random);
    const std::uint64_t middle = settings_.prices / 2;
    // The middle lies between this price and the next. INVARIANT: distance < middle, and overlap <=
    // middle.
    return side == Side::bid
               ? std::min(middle + settings_.overlap - distance, settings_.prices)
               : std::max<std::uint64_t>(middle + 1 + distance, settings_.overlap + 1) -
                     settings_.overlap;
}

Instruction OrderbookWorkload::first_draft(RandomStream& random,
                                           std::uint64_t block,
                                           std::uint64_t index) const noexcept {
    Instruction made;
    const double kind = random.unit();
    made.kind = kind < settings_.take_share                            ? Kind::take
                : kind < settings_.take_share + settings_.cancel_share ? Kind::cancel
                                                                       : Kind::limit;
    made.side = random.below(2) == 0 ? Side::bid : Side::ask;
    made.user = random.below(settings_.users);
    made.quantity = settings_.amounts.of(random.next());
    made.market = static_cast<std::uint32_t>(markets_.draw(random));
    made.price = made.kind == Kind::take ? (made.side == Side::bid ? settings_.prices : 1)
                                         : draw_price(random, made.side);
    made.order = order_number(block, index);
    return made;
}

OrderbookWorkload::Draft OrderbookWorkload::draft(std::uint64_t block,
                                                  std::uint64_t index) const noexcept {
    RandomStream random(settings_.seed, Domain::orderbook, block, index);
    Draft made{first_draft(random, block, index), false};
    Instruction& instruction = made.instruction;
    if (instruction.kind == Kind::cancel) {
        const std::uint64_t position = (block - 1) * settings_.block_size + index;
        for (int draws = 0; draws < kCancelDraws; ++draws) {
            const std::uint64_t back = 1 + random.below(settings_.window);
            if (back > position) {
                continue;
            }
            const std::uint64_t then_block = (position - back) / settings_.block_size + 1;
            const std::uint64_t then_index = (position - back) % settings_.block_size;
            RandomStream then_random(settings_.seed, Domain::orderbook, then_block, then_index);
            const Instruction then = first_draft(then_random, then_block, then_index);
            if (then.kind != Kind::limit) {
                continue;
            }
            made.hopeless = random.unit() < settings_.foreign_share;
            instruction.market = then.market;
            instruction.user = (then.user + (made.hopeless ? 1 : 0)) % settings_.users;
            instruction.order = then.order;
            return made;
        }
        instruction.kind = Kind::limit;
    }
    made.hopeless = random.unit() < settings_.overdraft_share;
    if (made.hopeless) {
        // More than all accounts have together. INVARIANT: no overflow, for each term is below
        // 2^54, and a price is at most 2^8.
        instruction.quantity += settings_.users * std::max(settings_.base, settings_.quote) + 1;
    }
    return made;
}

// The first state: the books, then the accounts, market by market.

std::uint64_t OrderbookWorkload::state_size() const {
    return settings_.markets + settings_.markets * settings_.users;
}

StateKey OrderbookWorkload::key(std::uint64_t index) const {
    if (index < settings_.markets) {
        return keys_.book(index);
    }
    const std::uint64_t account = index - settings_.markets;
    return keys_.account(account / settings_.users, account % settings_.users);
}

void OrderbookWorkload::value(std::uint64_t index, Bytes& value) const {
    RandomStream random(settings_.seed, Domain::orderbook_value, index, 0);
    if (index < settings_.markets) {
        put_words(value, Book{.levels = {}, .digest = random.next()});
    } else {
        put_words(value, Account{.free = {settings_.base, settings_.quote},
                                 .locked = {},
                                 .digest = random.next()});
    }
}

Result<std::unique_ptr<Block>> OrderbookWorkload::block(std::uint64_t number) const {
    if (number == 0 || number > kLastBlock) {
        return bad_input(fmt::format("orderbook has blocks 1..{}, and not {}", kLastBlock, number));
    }
    std::vector<Instruction> instructions(settings_.block_size);
    for (std::uint32_t i = 0; i < settings_.block_size; ++i) {
        instructions[i] = draft(number, i).instruction;
    }
    return fee_.charged(std::make_unique<OrderbookBlock>(
        number, std::move(instructions), settings_.seed, settings_.matches, settings_.work));
}

void OrderbookWorkload::facts(FactVisitor& visitor) const {
    const std::uint64_t blocks = (kSkewSample + settings_.block_size - 1) / settings_.block_size;
    KeyTally tally;
    std::array<std::uint64_t, 3> kinds{};
    std::uint64_t hopeless = 0;
    for (std::uint64_t block = 1; block <= blocks; ++block) {
        for (std::uint64_t i = 0; i < settings_.block_size; ++i) {
            const Draft made = draft(block, i);
            ++kinds[static_cast<std::size_t>(made.instruction.kind)];
            hopeless += made.hopeless ? 1 : 0;
            tally.hit(made.instruction.market);
        }
    }
    tally.facts(visitor, markets_, settings_.markets, blocks, "markets",
                "the market of a transaction; users are uniform");
    const auto all = static_cast<double>(blocks * settings_.block_size);
    const auto share = [&kinds, all](Kind kind) {
        return static_cast<double>(kinds[static_cast<std::size_t>(kind)]) / all;
    };
    visitor.fact("mix_realised",
                 fmt::format("limit {:.4f}, take {:.4f}, cancel {:.4f}", share(Kind::limit),
                             share(Kind::take), share(Kind::cancel)),
                 fmt::format("of the transactions of blocks 1..{}; a cancellation that finds no "
                             "order before it becomes a limit order",
                             blocks));
    visitor.fact("hopeless_share_realised",
                 fmt::format("{:.4f}", static_cast<double>(hopeless) / all),
                 "overdrafts and cancellations of somebody else's order; others fail too, where "
                 "the order is gone, nothing can be matched or the user is poor");
    visitor.fact("price_rule",
                 fmt::format("P(k-th price from the best) ~ k^-{}, the best {} ticks beyond the "
                             "middle of 1..{}",
                             kDistanceTheta, settings_.overlap, settings_.prices),
                 "of limit orders, on both sides; take has no limit. The books are empty at first "
                 "and fill with the blocks");
    fee_.facts(visitor);
    work_facts(visitor, settings_.work);
}

}  // namespace commitbench::orderbook
