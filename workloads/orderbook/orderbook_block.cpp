// SPDX-License-Identifier: Apache-2.0
#include "workloads/fold.hpp"
#include "workloads/orderbook/orderbook.hpp"
#include "workloads/working_set.hpp"

namespace commitbench::orderbook {
namespace {

// The book and the account; a level, an order and a maker each match; a level, its last order and
// the new one.
static_assert(2 + 3 * kMostMatches + 3 <= WorkingSet::kMostValues);

/// One instruction on its way through the book. Every function: false where the transaction must be
/// refused.
class Desk {
  public:
    Desk(WorkingSet& set, const BookKeys& keys, const Instruction& instruction) noexcept
        : set_(set), keys_(keys), instruction_(instruction) {}

    bool place(std::uint64_t matches) noexcept;
    bool cancel() noexcept;

  private:
    template<class V>
    using Held = WorkingSet::Held<V>;

    bool match_best(Held<Account> taker, std::uint64_t price) noexcept;
    bool rest(Held<Book> book, Held<Account> account) noexcept;
    /// Takes an order, of which nothing may be left, out of its queue.
    bool unlink(Held<Level> level, std::uint64_t number, Held<Order> order) noexcept;

    /// Only a wrong state has others.
    [[nodiscard]] static bool is_sound(Held<Order> order) noexcept {
        return order->side <= 1 && order->price >= 1 && order->price <= kHighestPrice;
    }

    [[nodiscard]] Held<Level> level_at(Side side, std::uint64_t price) noexcept {
        return set_.maybe<Level>(keys_.level(instruction_.market, side, price));
    }
    [[nodiscard]] Held<Order> order_at(std::uint64_t number) noexcept {
        return set_.maybe<Order>(keys_.order(number));
    }
    /// Whether orders of the other side at `price` (0: there are none) may be matched.
    [[nodiscard]] bool crosses(std::uint64_t price) const noexcept {
        return price != 0 && (instruction_.side == Side::bid ? price <= instruction_.price
                                                             : price >= instruction_.price);
    }

    WorkingSet& set_;
    const BookKeys& keys_;
    const Instruction& instruction_;
    std::uint64_t left_ = 0;      // of the quantity
    bool met_own_order_ = false;  // the next to match is the user's own
};

bool Desk::place(std::uint64_t matches) noexcept {
    const auto book = set_.present<Book>(keys_.book(instruction_.market));
    if (!book) {
        return false;
    }
    const auto account =
        set_.present<Account>(keys_.account(instruction_.market, instruction_.user));
    if (!account) {
        return false;
    }
    const Side side = instruction_.side;
    left_ = instruction_.quantity;
    if (account.change().free_of(given_by(side)) < given_for(side, left_, instruction_.price)) {
        return false;
    }
    std::uint64_t best = book->of(other(side)).best(other(side));
    for (; matches != 0 && left_ != 0 && crosses(best) && !met_own_order_; --matches) {
        if (!match_best(account, best)) {
            return false;
        }
        best = book->of(other(side)).best(other(side));
    }
    if (instruction_.kind == Kind::limit && left_ != 0 && !crosses(best)) {
        return rest(book, account);
    }
    return left_ != instruction_.quantity;
}

bool Desk::match_best(Held<Account> taker, std::uint64_t price) noexcept {
    const Side side = instruction_.side;
    const Side made = other(side);
    const auto level = level_at(made, price);
    if (!level || !level.present()) {
        return false;
    }
    const std::uint64_t number = level->head;
    const auto order = order_at(number);
    if (!order || !order.present() || !is_sound(order)) {
        return false;
    }
    if (order->owner == instruction_.user) {
        met_own_order_ = true;
        return true;
    }
    const auto maker = set_.present<Account>(keys_.account(instruction_.market, order->owner));
    if (!maker) {
        return false;
    }
    const std::uint64_t quantity = std::min(left_, order->quantity);
    const std::uint64_t given = given_for(side, quantity, price);
    const std::uint64_t got = given_for(made, quantity, price);
    taker.change().free_of(given_by(side)) -= given;
    taker.change().free_of(given_by(made)) += got;
    maker.change().locked_of(given_by(made)) -= got;
    maker.change().free_of(given_by(side)) += given;
    left_ -= quantity;
    level.change().quantity -= quantity;
    order.change().quantity -= quantity;
    return order->quantity != 0 || unlink(level, number, order);
}

bool Desk::rest(Held<Book> book, Held<Account> account) noexcept {
    const Side side = instruction_.side;
    const auto level = level_at(side, instruction_.price);
    if (!level) {
        return false;
    }
    const auto order = order_at(instruction_.order);
    if (!order || order.present()) {
        return false;
    }
    if (level.present()) {
        const auto last = order_at(level->tail);
        if (!last || !last.present()) {
            return false;
        }
        last.change().next = instruction_.order;
    } else {
        book.change().of(side).insert(instruction_.price);
        level.change().head = instruction_.order;
    }
    order.change() = {.owner = instruction_.user,
                      .side = static_cast<std::uint64_t>(side),
                      .price = instruction_.price,
                      .quantity = left_,
                      .previous = level->tail,
                      .next = 0,
                      .digest = 0};
    Level& changed = level.change();
    changed.tail = instruction_.order;
    ++changed.orders;
    changed.quantity += left_;
    const std::uint64_t locked = given_for(side, left_, instruction_.price);
    account.change().free_of(given_by(side)) -= locked;
    account.change().locked_of(given_by(side)) += locked;
    return true;
}

bool Desk::unlink(Held<Level> level, std::uint64_t number, Held<Order> order) noexcept {
    const bool first = level->head == number;
    const bool last = level->tail == number;
    const std::uint64_t price = order->price;
    Level& changed = level.change();
    --changed.orders;
    changed.quantity -= order->quantity;
    if (first && last) {
        const auto side = static_cast<Side>(order->side);
        const auto book = set_.present<Book>(keys_.book(instruction_.market));
        if (!book) {
            return false;
        }
        book.change().of(side).erase(price);
        level.erase();
    } else if (first) {
        changed.head = order->next;
    } else if (last) {
        changed.tail = order->previous;
    } else {
        const auto before = order_at(order->previous);
        if (!before || !before.present()) {
            return false;
        }
        const auto after = order_at(order->next);
        if (!after || !after.present()) {
            return false;
        }
        before.change().next = order->next;
        after.change().previous = order->previous;
    }
    order.erase();
    return true;
}

bool Desk::cancel() noexcept {
    const auto order = order_at(instruction_.order);
    if (!order || !order.present() || !is_sound(order) || order->owner != instruction_.user) {
        return false;
    }
    const auto account =
        set_.present<Account>(keys_.account(instruction_.market, instruction_.user));
    if (!account) {
        return false;
    }
    const auto side = static_cast<Side>(order->side);
    const auto level = level_at(side, order->price);
    if (!level || !level.present()) {
        return false;
    }
    const std::uint64_t locked = given_for(side, order->quantity, order->price);
    account.change().locked_of(given_by(side)) -= locked;
    account.change().free_of(given_by(side)) += locked;
    return unlink(level, instruction_.order, order);
}

}  // namespace

Receipt OrderbookBlock::execute(std::uint32_t index, StateAccess& state) const {
    const Instruction& instruction = instructions_[index];
    WorkingSet set(state, mixed(number_) + index);
    Desk desk(set, keys_, instruction);
    const bool good = instruction.kind == Kind::cancel ? desk.cancel() : desk.place(matches_);
    return good ? set.accepted(work_) : set.refused(work_);
}

}  // namespace commitbench::orderbook
