// SPDX-License-Identifier: Apache-2.0
#include "workloads/trace/chain.hpp"

#include "codec/rlp.hpp"
#include "workloads/random.hpp"

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>
#include <optional>

namespace commitbench {
namespace {

/// Digits of a made-up balance where the lists name none to go by: the size of an ether, 10^18.
constexpr std::size_t kBalanceDigits = 8;

/// An access before it is sorted to its transaction.
struct Draft {
    std::uint32_t tx;
    TraceAccess access;
};

}  // namespace

/// Builds a Chain in two passes: the first finds every location and its first write, the second
/// follows each location's values from block to block.
class ChainLinker {
  public:
    explicit ChainLinker(const ChainRules& rules) : rules_(rules) {}

    Result<Chain> link(std::span<const NumberedList> blocks) {
        std::vector<std::vector<Draft>> drafts;
        drafts.reserve(blocks.size());
        for (const NumberedList& block : blocks) {
            drafts.push_back(list_accesses(block));
            // Each access has its location, so this bounds the locations too.
            if (drafts.back().size() > UINT32_MAX || locations_.size() > UINT32_MAX) {
                return bad_input(
                    fmt::format("block {} brings the trace to more than 2^32 locations: take fewer "
                                "files",
                                block.number));
            }
        }
        make_first_state();
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            follow_values(drafts[i]);
            chain_.blocks_.push_back(sorted_block(blocks[i], drafts[i]));
            if (i == 0 || blocks[i].number != blocks[i - 1].number + 1) {
                ++chain_.counts_.runs;
            }
            drafts[i] = {};
        }
        return std::move(chain_);
    }

  private:
    struct Location {
        LocationKind kind;
        bool written = false;
        MaybeValue first_recorded;  // where written
        MaybeValue current;
    };

    std::uint32_t location(LocationKind kind, const StateKey& key) {
        const auto [at, fresh] =
            index_.try_emplace(key, static_cast<std::uint32_t>(locations_.size()));
        if (fresh) {
            locations_.push_back({.kind = kind, .first_recorded = {}, .current = {}});
            chain_.keys_.push_back(key);
            ++chain_.counts_.locations[static_cast<std::size_t>(kind) - 1];
        }
        return at->second;
    }

    MaybeValue kept(ByteView value) { return {true, chain_.values_.copy(value)}; }

    std::vector<Draft> list_accesses(const NumberedList& block) {
        std::vector<Draft> drafts;
        const std::uint32_t transactions = block.list.transactions();
        chain_.counts_.transactions += transactions;
        std::uint64_t reads = 0;  // of this block so far
        const auto pure_read = [&](std::uint32_t place) {
            ++chain_.counts_.pure_reads;
            const std::uint64_t number = reads++;
            if (transactions == 0) {
                ++chain_.counts_.unread;
            } else if (rules_.pure_reads) {
                const std::uint64_t word = random_words(rules_.seed, Domain::trace_pure_read,
                                                        {block.number, number, 0, 0})[0];
                drafts.push_back({static_cast<std::uint32_t>(scaled(word, transactions)),
                                  {.location = place, .before = {}, .after = {}}});
            }
        };
        const auto write = [&](std::uint32_t place, std::uint32_t tx, const MaybeValue& after) {
            ++chain_.counts_.writes;
            chain_.counts_.deletions += after.present ? 0 : 1;
            Location& known = locations_[place];
            if (!known.written) {
                known.written = true;
                known.first_recorded = after;
            }
            drafts.push_back(
                {tx, {.location = place, .writes = true, .before = {}, .after = after}});
        };
        for (const bal::Account& account : block.list.accounts) {
            list_writes(account, write);
            for (const bal::Word& slot : account.reads) {
                pure_read(location(LocationKind::slot, slot_key(account.address, slot)));
            }
            if (account.touched_only()) {
                ++chain_.counts_.touched_only;
                pure_read(location(LocationKind::balance,
                                   location_key(LocationKind::balance, account.address)));
            }
        }
        return drafts;
    }

    template<class Write>
    void list_writes(const bal::Account& account, Write write) {
        const auto each = [&](LocationKind kind, const auto& writes, auto value_of) {
            if (!writes.empty()) {
                const std::uint32_t place = location(kind, location_key(kind, account.address));
                for (const auto& entry : writes) {
                    write(place, entry.tx, kept(value_of(entry)));
                }
            }
        };
        for (const bal::SlotWrites& slot : account.slots) {
            const std::uint32_t place =
                location(LocationKind::slot, slot_key(account.address, slot.slot));
            for (const bal::SlotWrite& entry : slot.writes) {
                write(place, entry.tx,
                      bal::is_zero(entry.value) ? MaybeValue{} : kept(integer_value(entry.value)));
            }
        }
        each(LocationKind::balance, account.balances,
             [](const bal::BalanceWrite& entry) { return integer_value(entry.balance.digits()); });
        each(LocationKind::nonce, account.nonces, [](const bal::NonceWrite& entry) {
            return integer_value(bal::Quantity(entry.nonce).digits());
        });
        each(LocationKind::code, account.codes,
             [](const bal::CodeWrite& entry) -> const Bytes& { return entry.code; });
    }

    void make_first_state() {
        for (std::uint32_t i = 0; i < locations_.size(); ++i) {
            Location& place = locations_[i];
            if (const auto value = first_value(place, chain_.keys_[i])) {
                place.current = kept(*value);
                chain_.first_state_.push_back({i, place.current.bytes});
                ++chain_.counts_.present_first[static_cast<std::size_t>(place.kind) - 1];
            }
        }
    }

    /// The rules at the head of chain.hpp.
    [[nodiscard]] std::optional<Bytes> first_value(const Location& place,
                                                   const StateKey& key) const {
        ByteView recorded;  // the integer's digits; empty where it is 0 or there is none
        if (place.first_recorded.present && place.kind != LocationKind::code) {
            rlp::Item item;
            rlp::Reader reader(place.first_recorded.bytes);
            // INVARIANT: we wrote it, so it reads back.
            if (reader.next(item) == rlp::ReadError::none) {
                recorded = item.payload;
            }
        }
        RandomWords position{};
        static_assert(sizeof position == sizeof key.bytes);
        std::memcpy(position.data(), key.bytes.data(), sizeof position);
        const RandomWords words = random_words(rules_.seed, Domain::trace_first_state, position);
        const double chance = unit_interval(words[0]);
        switch (place.kind) {
            case LocationKind::code:
                return std::nullopt;
            case LocationKind::nonce: {
                if (recorded.empty()) {
                    return std::nullopt;
                }
                std::uint64_t nonce = 0;
                for (const std::uint8_t digit : recorded) {
                    nonce = nonce << 8 | digit;
                }
                return integer_value(bal::Quantity(nonce - 1).digits());
            }
            case LocationKind::slot:
                if (!recorded.empty() && chance < rules_.fresh_slots) {
                    return std::nullopt;
                }
                return made_up(recorded,
                               recorded.empty() ? 1 + scaled(words[1], 32) : recorded.size(), key);
            case LocationKind::balance:
                if (!recorded.empty() && chance < rules_.fresh_balances) {
                    return std::nullopt;
                }
                return made_up(recorded, recorded.empty() ? kBalanceDigits : recorded.size(), key);
        }
        return std::nullopt;
    }

    /// An integer of `size` digits (bytes) that is neither zero nor `other`.
    [[nodiscard]] Bytes made_up(ByteView other, std::size_t size, const StateKey& key) const {
        RandomWords position{};
        std::memcpy(position.data(), key.bytes.data(), sizeof position);
        const StateKey random = random_key(rules_.seed, Domain::trace_made_up, position);
        Bytes digits(random.bytes.begin(),
                     random.bytes.begin() + static_cast<std::ptrdiff_t>(size));
        if (digits[0] == 0) {
            digits[0] = 1;
        }
        if (equal(digits, other)) {
            // Stays without a leading zero: the digit 1 alone becomes 2, not 0.
            digits.back() = digits.back() == 1 ? 2 : digits.back() ^ 1U;
        }
        return integer_value(digits);
    }

    void follow_values(std::vector<Draft>& drafts) {
        // The writes of one location stand in one list of the block, ascending by transaction.
        for (Draft& draft : drafts) {
            if (draft.access.writes) {
                Location& place = locations_[draft.access.location];
                draft.access.before = place.current;
                place.current = draft.access.after;
            }
        }
    }

    static ChainBlock sorted_block(const NumberedList& source, const std::vector<Draft>& drafts) {
        const std::uint32_t transactions = source.list.transactions();
        ChainBlock block{.number = source.number, .accesses = {}, .begins = {}};
        block.begins.resize(std::size_t{transactions} + 1);
        for (const Draft& draft : drafts) {
            ++block.begins[draft.tx + 1];
        }
        for (std::size_t t = 1; t < block.begins.size(); ++t) {
            block.begins[t] += block.begins[t - 1];
        }
        block.accesses.resize(drafts.size());
        std::vector<std::uint32_t> next(block.begins.begin(), block.begins.end() - 1);
        for (const bool writes : {false, true}) {
            for (const Draft& draft : drafts) {
                if (draft.access.writes == writes) {
                    block.accesses[next[draft.tx]++] = draft.access;
                }
            }
        }
        return block;
    }

    ChainRules rules_;
    Chain chain_;
    std::vector<Location> locations_;
    absl::flat_hash_map<StateKey, std::uint32_t> index_;
};

Result<Chain> Chain::link(std::span<const NumberedList> blocks, const ChainRules& rules) {
    return ChainLinker(rules).link(blocks);
}

void describe_rules(FactVisitor& visitor, const ChainRules& rules, const ChainCounts& counts) {
    const auto per_kind = [](const std::array<std::uint64_t, kLocationKinds>& numbers) {
        return fmt::format("{} balances, {} nonces, {} codes, {} slots", numbers[0], numbers[1],
                           numbers[2], numbers[3]);
    };
    visitor.fact("locations", per_kind(counts.locations),
                 "one StateKey each: keccak256(kind, address, slot)");
    visitor.fact("locations_present_first", per_kind(counts.present_first), "in the first state");
    visitor.fact("transactions", fmt::format("{}", counts.transactions),
                 "highest index + 1 of each block");
    visitor.fact("runs_of_blocks", fmt::format("{}", counts.runs),
                 "chained in order: what a run left is the state before the next, and nothing "
                 "happens in a gap");
    visitor.fact(
        "rule_written_locations",
        fmt::format("{} read-modify-writes, {} of them deletions", counts.writes, counts.deletions),
        "a write gives the recorded value if its read gave the value before it in the chain, else "
        "a value made "
        "of what was read");
    visitor.fact(
        "rule_pure_reads",
        rules.pure_reads
            ? fmt::format("{} dealt to transactions, {} of them balances of accounts only touched",
                          counts.pure_reads - counts.unread, counts.touched_only)
            : fmt::format("{} left out", counts.pure_reads),
        rules.pure_reads ? "uniformly over the block's transactions by Philox(seed, block, index "
                           "of the read): the "
                           "input does not say who read what"
                         : "asked for by reads=off");
    if (counts.unread != 0) {
        visitor.fact("pure_reads_undealt", fmt::format("{}", counts.unread),
                     "their blocks have no transaction");
    }
    visitor.fact(
        "rule_reads_not_listed",
        "reads of written locations are there, other reads of balances, nonces and codes are not",
        "the input does not list them");
    visitor.fact("rule_first_nonces", "the first recorded one less 1", "nonces go up by one");
    visitor.fact("rule_first_codes", "absent",
                 "the input does not say; code is mostly written once");
    visitor.fact(
        "rule_first_slots",
        fmt::format("absent with chance {} before a first write other than 0, else present",
                    rules.fresh_slots),
        "the input does not say (option fresh-slots); a first write of 0 deletes, so the slot was "
        "there; slots "
        "only read are present");
    visitor.fact(
        "rule_first_balances",
        fmt::format("absent with chance {} before a first write other than 0, else present",
                    rules.fresh_balances),
        "the input does not say (option fresh-balances)");
    visitor.fact("rule_first_values", "seeded, as many bytes as the first recorded value",
                 "the input does not say; without one, slots have 1..32 bytes and balances 8");
}

}  // namespace commitbench
