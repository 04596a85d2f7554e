// SPDX-License-Identifier: Apache-2.0
// A market as one would write it without keys and values: the rules of orderbook.hpp once more.
#pragma once

#include "workloads/orderbook/orderbook.hpp"

#include <deque>
#include <map>
#include <vector>

namespace commitbench::testing {

struct Purse {
    std::uint64_t free = 0;
    std::uint64_t locked = 0;
    bool operator==(const Purse&) const = default;
};

/// See the top.
class Market {
  public:
    Market(std::uint64_t users, std::uint64_t first_base, std::uint64_t first_quote)
        : base(users, Purse{first_base, 0}), quote(users, Purse{first_quote, 0}) {}

    struct Resting {
        std::uint64_t number;
        std::uint64_t owner;
        std::uint64_t quantity;
    };
    using Queue = std::deque<Resting>;

    bool place(const orderbook::Instruction& order, std::uint64_t matches) {
        const bool buys = order.side == orderbook::Side::bid;
        Purse& pays = (buys ? quote : base)[order.user];
        Purse& gets = (buys ? base : quote)[order.user];
        if (pays.free < order.quantity * (buys ? order.price : 1)) {
            return false;
        }
        auto& makers = buys ? asks : bids;
        std::uint64_t left = order.quantity;
        while (left != 0) {
            if (makers.empty()) {
                break;
            }
            const auto level = buys ? makers.begin() : std::prev(makers.end());
            const std::uint64_t price = level->first;
            if (buys ? price > order.price : price < order.price) {
                break;
            }
            Resting& maker = level->second.front();
            if (matches-- == 0 || maker.owner == order.user) {
                return left != order.quantity;  // it expires: the book is never crossed
            }
            const std::uint64_t quantity = std::min(left, maker.quantity);
            pays.free -= buys ? quantity * price : quantity;
            gets.free += buys ? quantity : quantity * price;
            (buys ? base : quote)[maker.owner].locked -= buys ? quantity : quantity * price;
            (buys ? quote : base)[maker.owner].free += buys ? quantity * price : quantity;
            left -= quantity;
            maker.quantity -= quantity;
            if (maker.quantity == 0) {
                level->second.pop_front();
                if (level->second.empty()) {
                    makers.erase(level);
                }
            }
        }
        if (order.kind == orderbook::Kind::take || left == 0) {
            return left != order.quantity;
        }
        const std::uint64_t locks = left * (buys ? order.price : 1);
        pays.free -= locks;
        pays.locked += locks;
        (buys ? bids : asks)[order.price].push_back({order.order, order.user, left});
        return true;
    }

    bool cancel(const orderbook::Instruction& order) {
        for (auto* side : {&bids, &asks}) {
            for (auto level = side->begin(); level != side->end(); ++level) {
                for (auto at = level->second.begin(); at != level->second.end(); ++at) {
                    if (at->number != order.order) {
                        continue;
                    }
                    if (at->owner != order.user) {
                        return false;
                    }
                    Purse& purse = (side == &bids ? quote : base)[at->owner];
                    const std::uint64_t locks = at->quantity * (side == &bids ? level->first : 1);
                    purse.locked -= locks;
                    purse.free += locks;
                    level->second.erase(at);
                    if (level->second.empty()) {
                        side->erase(level);
                    }
                    return true;
                }
            }
        }
        return false;
    }

    std::map<std::uint64_t, Queue> bids;
    std::map<std::uint64_t, Queue> asks;
    std::vector<Purse> base;
    std::vector<Purse> quote;
};

}  // namespace commitbench::testing
