// SPDX-License-Identifier: Apache-2.0
// The values in the state of `orderbook`, and the keys they stand at. All are WordValues.
#pragma once

#include "workloads/random.hpp"

#include <array>
#include <bit>
#include <cstdint>

namespace commitbench::orderbook {

enum class Side : std::uint8_t {
    bid,  ///< buys base, pays quote
    ask,  ///< sells base, gets quote
};

[[nodiscard]] constexpr Side other(Side side) noexcept {
    return side == Side::bid ? Side::ask : Side::bid;
}

/// Coins of quote for a coin of base: 1..kHighestPrice.
inline constexpr std::uint64_t kHighestPrice = 256;

/// A set of prices. INVARIANT of all that take a price: 1..kHighestPrice.
class PriceSet {
  public:
    void insert(std::uint64_t price) noexcept { word(price) |= bit(price); }
    void erase(std::uint64_t price) noexcept { word(price) &= ~bit(price); }
    [[nodiscard]] bool contains(std::uint64_t price) const noexcept {
        return (words_[(price - 1) / 64] & bit(price)) != 0;
    }
    /// 0 where it is empty.
    [[nodiscard]] std::uint64_t lowest() const noexcept {
        for (std::size_t i = 0; i < words_.size(); ++i) {
            if (words_[i] != 0) {
                return i * 64 + static_cast<unsigned>(std::countr_zero(words_[i])) + 1;
            }
        }
        return 0;
    }
    [[nodiscard]] std::uint64_t highest() const noexcept {
        for (std::size_t i = words_.size(); i-- > 0;) {
            if (words_[i] != 0) {
                return i * 64 + static_cast<unsigned>(std::bit_width(words_[i]));
            }
        }
        return 0;
    }
    /// The one that an order of the other side gets first: the highest bid, the lowest ask; 0 where
    /// there is none.
    [[nodiscard]] std::uint64_t best(Side side) const noexcept {
        return side == Side::bid ? highest() : lowest();
    }

  private:
    [[nodiscard]] std::uint64_t& word(std::uint64_t price) noexcept {
        return words_[(price - 1) / 64];
    }
    [[nodiscard]] static std::uint64_t bit(std::uint64_t price) noexcept {
        return std::uint64_t{1} << ((price - 1) % 64);
    }

    std::array<std::uint64_t, kHighestPrice / 64> words_;
};

/// Of a market: which levels have orders. Read by every order, written when a level comes or goes.
struct Book {
    std::array<PriceSet, 2> levels;  ///< by Side
    std::uint64_t digest;

    [[nodiscard]] const PriceSet& of(Side side) const noexcept {
        return levels[static_cast<std::size_t>(side)];
    }
    [[nodiscard]] PriceSet& of(Side side) noexcept {
        return levels[static_cast<std::size_t>(side)];
    }
};

/// Of a (market, side, price) with orders: the queue of them, first come first served. Absent where
/// there are none.
struct Level {
    std::uint64_t head;      ///< order that is next
    std::uint64_t tail;      ///< order that came last
    std::uint64_t orders;    ///< in the queue
    std::uint64_t quantity;  ///< of all of them
    std::uint64_t digest;
};

/// A limit order that rests in the book. Absent once it is filled or cancelled.
struct Order {
    std::uint64_t owner;     ///< user
    std::uint64_t side;      ///< a Side
    std::uint64_t price;     ///< of a coin of base
    std::uint64_t quantity;  ///< of base that is left, never 0
    std::uint64_t previous;  ///< order before it in the queue; means nothing at the head
    std::uint64_t next;      ///< order after it in the queue; means nothing at the tail
    std::uint64_t digest;
};

/// What a market exchanges.
enum class Asset : std::uint8_t { base, quote };

/// Of a (market, user).
struct Account {
    std::array<std::uint64_t, 2> free;    ///< by Asset
    std::array<std::uint64_t, 2> locked;  ///< by Asset: what its resting orders would give
    std::uint64_t digest;

    [[nodiscard]] std::uint64_t& free_of(Asset asset) noexcept {
        return free[static_cast<std::size_t>(asset)];
    }
    [[nodiscard]] std::uint64_t& locked_of(Asset asset) noexcept {
        return locked[static_cast<std::size_t>(asset)];
    }
};

/// What an order gives, and what it gets.
[[nodiscard]] constexpr Asset given_by(Side side) noexcept {
    return side == Side::bid ? Asset::quote : Asset::base;
}
/// How much it gives for `quantity` of base.
[[nodiscard]] constexpr std::uint64_t given_for(Side side,
                                                std::uint64_t quantity,
                                                std::uint64_t price) noexcept {
    return side == Side::bid ? quantity * price : quantity;
}

/// The number of the order that a transaction places: later orders have higher ones, and none has
/// 0. INVARIANT: block in 1..kLastBlock, index < 2^20.
[[nodiscard]] constexpr std::uint64_t order_number(std::uint64_t block,
                                                   std::uint64_t index) noexcept {
    return block << 20 | index;
}
inline constexpr std::uint64_t kLastBlock = (std::uint64_t{1} << 44) - 1;

/// Where everything stands.
class BookKeys {
  public:
    explicit BookKeys(std::uint64_t seed) noexcept : seed_(seed) {}
    [[nodiscard]] StateKey book(std::uint64_t market) const noexcept {
        return key({market, 0, 0, 0});
    }
    [[nodiscard]] StateKey level(std::uint64_t market,
                                 Side side,
                                 std::uint64_t price) const noexcept {
        return key({market, price, static_cast<std::uint64_t>(side), 1});
    }
    [[nodiscard]] StateKey order(std::uint64_t number) const noexcept {
        return key({number, 0, 0, 2});
    }
    [[nodiscard]] StateKey account(std::uint64_t market, std::uint64_t user) const noexcept {
        return key({market, user, 0, 3});
    }

  private:
    [[nodiscard]] StateKey key(const RandomWords& position) const noexcept {
        return random_key(seed_, Domain::orderbook_key, position);
    }

    std::uint64_t seed_;
};

}  // namespace commitbench::orderbook
