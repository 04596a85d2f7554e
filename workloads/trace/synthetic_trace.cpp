// SPDX-License-Identifier: Apache-2.0
#include "workloads/trace/synthetic_trace.hpp"

#include "workloads/random.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>
#include <utility>

namespace commitbench {
namespace {

/// What an address is for; part of its making, so that no two uses share one.
enum class Role : std::uint64_t { fee_recipient, account, contract, touched, created };

/// What stands at a place of storage, as far as the trace has told.
using Place = std::pair<bal::Address, bal::Word>;

class BlockMaker {
  public:
    explicit BlockMaker(const SyntheticTrace& settings) : settings_(settings) {}

    NumberedList block(std::uint64_t number) {
        accounts_.clear();
        RandomStream random(settings_.seed, Domain::synthetic_trace, number, 0);
        for (std::uint32_t tx = 0; tx < settings_.transactions; ++tx) {
            transaction(static_cast<bal::TxIndex>(tx), random);
        }
        for (std::uint32_t i = 0; i < settings_.pure_reads; ++i) {
            pure_read(random);
        }
        for (std::uint32_t i = 0; i < settings_.touched_only; ++i) {
            accounts_.try_emplace(address(Role::touched, random.below(std::uint64_t{1} << 32)));
        }
        return {number, collected()};
    }

  private:
    /// An Account in the making: slots by number.
    struct Entry {
        std::map<bal::Word, std::vector<bal::SlotWrite>> slots;
        std::set<bal::Word> reads;
        std::vector<bal::BalanceWrite> balances;
        std::vector<bal::NonceWrite> nonces;
        std::vector<bal::CodeWrite> codes;
    };

    [[nodiscard]] bal::Address address(Role role, std::uint64_t index) const {
        const StateKey random = random_key(settings_.seed, Domain::synthetic_trace,
                                           {index, 0, 1, static_cast<std::uint64_t>(role)});
        bal::Address made{};
        std::copy_n(random.bytes.begin(), made.size(), made.begin());
        return made;
    }

    [[nodiscard]] bal::Word slot(RandomStream& random) const {
        // Half of the slots are small numbers, as a contract's own variables; half look like
        // hashes, as a mapping's.
        const std::uint64_t index = random.below(settings_.slots);
        bal::Word word{};
        if (index % 2 == 0) {
            for (std::size_t i = 0; i < 8; ++i) {
                word[31 - i] = static_cast<std::uint8_t>(index >> (8 * i));
            }
        } else {
            word = random_key(settings_.seed, Domain::synthetic_trace, {index, 0, 2, 0}).bytes;
        }
        return word;
    }

    void write_balance(const bal::Address& who, bal::TxIndex tx, RandomStream& random) {
        Entry& entry = accounts_[who];
        if (!entry.balances.empty() && entry.balances.back().tx == tx) {
            return;
        }
        const auto known = balances_.find(who);
        // One in 64 sends all it has. The others have up to 2^66 of the smallest coin.
        bal::Quantity balance;
        if (random.below(64) != 0 || (known != balances_.end() && known->second.zero())) {
            std::array<std::uint8_t, 9> digits{};
            for (std::uint64_t word = random.next(), i = 0; i < 8; ++i, word >>= 8) {
                digits[8 - i] = static_cast<std::uint8_t>(word & 0xff);
            }
            digits[0] = static_cast<std::uint8_t>(1 + random.below(3));
            balance = bal::Quantity(ByteView(digits));
            if (known != balances_.end() && known->second == balance) {
                digits[8] ^= 1U;
                balance = bal::Quantity(ByteView(digits));
            }
        }
        balances_.insert_or_assign(who, balance);
        entry.balances.push_back({tx, balance});
    }

    void raise_nonce(const bal::Address& who, bal::TxIndex tx, std::uint64_t first) {
        const std::uint64_t nonce = nonces_.try_emplace(who, first).first->second++;
        accounts_[who].nonces.push_back({tx, nonce + 1});
    }

    void write_slot(bal::TxIndex tx, RandomStream& random) {
        const Place place{address(Role::contract, random.below(settings_.contracts)), slot(random)};
        std::vector<bal::SlotWrite>& writes = accounts_[place.first].slots[place.second];
        if (!writes.empty() && writes.back().tx == tx) {
            return;
        }
        const auto known = slots_.find(place);
        bal::Word value{};
        const bool may_delete = known == slots_.end() || !bal::is_zero(known->second);
        if (!may_delete || random.unit() >= settings_.delete_share) {
            const std::size_t digits = 1 + random.below(32);
            for (std::size_t i = 0; i < digits; ++i) {
                value[31 - i] = static_cast<std::uint8_t>(random.below(256));
            }
            if (bal::is_zero(value)) {
                value[31] = 1;
            }
            if (known != slots_.end() && known->second == value) {
                value[0] ^= 0x80U;
            }
        }
        slots_.insert_or_assign(place, value);
        writes.push_back({tx, value});
    }

    void transaction(bal::TxIndex tx, RandomStream& random) {
        const std::uint64_t sender = random.below(settings_.accounts);
        const bal::Address from = address(Role::account, sender);
        raise_nonce(from, tx, sender % 50);
        write_balance(from, tx, random);
        if (random.below(2) == 0) {
            write_balance(address(Role::account, random.below(settings_.accounts)), tx, random);
        }
        if (settings_.hot_fee_recipient) {
            write_balance(address(Role::fee_recipient, 0), tx, random);
        }
        // Uniform over 0..2n: n on average.
        for (std::uint64_t n = random.below(2 * std::uint64_t{settings_.slot_writes} + 1); n > 0;
             --n) {
            write_slot(tx, random);
        }
        if (random.unit() < settings_.code_share) {
            const bal::Address made = address(Role::created, created_++);
            raise_nonce(made, tx, 0);
            Bytes code(1 + random.below(2000));
            for (std::uint8_t& byte : code) {
                byte = static_cast<std::uint8_t>(random.below(256));
            }
            accounts_[made].codes.push_back({tx, std::move(code)});
        }
    }

    void pure_read(RandomStream& random) {
        const bal::Address who = address(Role::contract, random.below(settings_.contracts));
        const bal::Word where = slot(random);
        Entry& entry = accounts_[who];
        if (!entry.slots.contains(where)) {
            entry.reads.insert(where);
        }
    }

    bal::AccessList collected() {
        bal::AccessList list;
        for (auto& [who, entry] : accounts_) {
            bal::Account& account = list.accounts.emplace_back();
            account.address = who;
            for (auto& [number, writes] : entry.slots) {
                account.slots.push_back({number, std::move(writes)});
            }
            account.reads.assign(entry.reads.begin(), entry.reads.end());
            account.balances = std::move(entry.balances);
            account.nonces = std::move(entry.nonces);
            account.codes = std::move(entry.codes);
        }
        return list;
    }

    SyntheticTrace settings_;
    std::map<bal::Address, Entry> accounts_;  // of the block in the making
    // What the blocks so far left behind.
    std::map<bal::Address, bal::Quantity> balances_;
    std::map<bal::Address, std::uint64_t> nonces_;
    std::map<Place, bal::Word> slots_;
    std::uint64_t created_ = 0;
};

Status check(const SyntheticTrace& settings) {
    struct Bound {
        std::string_view what;
        std::uint64_t value;
        std::uint64_t low;
        std::uint64_t high;
    };
    for (const Bound& bound : {
             Bound{"blocks", settings.blocks, 1, 100'000},
             Bound{"transactions", settings.transactions, 1, 65'536},
             Bound{"accounts", settings.accounts, 2, 10'000'000},
             Bound{"contracts", settings.contracts, 1, 1'000'000},
             Bound{"slots", settings.slots, 1, 10'000'000},
             Bound{"slot writes", settings.slot_writes, 0, 1'000},
             Bound{"pure reads", settings.pure_reads, 0, 10'000'000},
             Bound{"touched accounts", settings.touched_only, 0, 1'000'000},
             Bound{"first block", settings.first_block, 0, UINT64_MAX - settings.blocks},
         }) {
        if (bound.value < bound.low || bound.value > bound.high) {
            return bad_input(fmt::format("a synthetic trace cannot have {} = {}: give {}..{}",
                                         bound.what, bound.value, bound.low, bound.high));
        }
    }
    for (const auto& [what, share] :
         {std::pair<std::string_view, double>{"delete share", settings.delete_share},
          {"code share", settings.code_share}}) {
        if (!(share >= 0 && share <= 1)) {
            return bad_input(
                fmt::format("a synthetic trace cannot have {} = {}: give 0..1", what, share));
        }
    }
    return {};
}

}  // namespace

Result<std::vector<NumberedList>> make_synthetic_trace(const SyntheticTrace& settings) {
    COMMITBENCH_TRY(check(settings));
    BlockMaker maker(settings);
    std::vector<NumberedList> blocks;
    for (std::uint64_t i = 0; i < settings.blocks; ++i) {
        blocks.push_back(maker.block(settings.first_block + i));
    }
    return blocks;
}

Result<std::vector<std::filesystem::path>> write_trace(std::span<const NumberedList> blocks,
                                                       const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        return bad_input(fmt::format("{}: the folder cannot be made ({}): choose another place",
                                     folder.string(), error.message()));
    }
    std::vector<std::filesystem::path> paths;
    for (const NumberedList& block : blocks) {
        paths.push_back(folder / fmt::format("{}_with_reads.rlp", block.number));
        if (std::filesystem::exists(paths.back(), error)) {
            return bad_input(fmt::format(
                "{}: is there already and would be overwritten: choose another folder or "
                "remove it",
                paths.back().string()));
        }
    }
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        COMMITBENCH_TRY(bal::write_new_file(paths[i], bal::encode(blocks[i].list)));
    }
    return paths;
}

}  // namespace commitbench
