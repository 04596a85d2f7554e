// SPDX-License-Identifier: Apache-2.0
#include "workloads/p2p/p2p.hpp"

#include "workloads/work_units.hpp"

#include <bit>
#include <cstring>
#include <fmt/format.h>

namespace commitbench::p2p {
namespace {

std::shared_ptr<const std::vector<StateKey>> config_keys(const Settings& settings) {
    std::vector<StateKey> keys;
    for (std::uint32_t i = 0; i < settings.shape->configs; ++i) {
        keys.push_back(location(settings.seed, Record::config, i));
    }
    return std::make_shared<const std::vector<StateKey>>(std::move(keys));
}

}  // namespace

static_assert(std::endian::native == std::endian::little);
static_assert(sizeof(Value) == kValueBytes);

Value read_value(const std::uint8_t* bytes) noexcept {
    Value value;
    std::memcpy(&value, bytes, kValueBytes);
    return {__builtin_bswap64(value.number), __builtin_bswap64(value.digest)};
}

void write_value(std::uint8_t* bytes, const Value& value) noexcept {
    const Value swapped{__builtin_bswap64(value.number), __builtin_bswap64(value.digest)};
    std::memcpy(bytes, &swapped, kValueBytes);
}

StateKey location(std::uint64_t seed, Record record, std::uint64_t owner) noexcept {
    return random_key(seed, Domain::p2p_location,
                      {owner, static_cast<std::uint64_t>(record), 0, 0});
}

P2pWorkload::P2pWorkload(const Settings& settings)
    : settings_(settings),
      payments_(settings.payments, settings.seed, Domain::p2p),
      fee_(settings.fee, settings.seed),
      configs_(config_keys(settings)) {}

P2pWorkload::Place P2pWorkload::place(std::uint64_t index) const noexcept {
    const std::span<const Record> records = settings_.shape->records;
    const std::uint64_t of_accounts = settings_.payments.accounts * records.size();
    if (index >= of_accounts) {
        return {Record::config, index - of_accounts};
    }
    return {records[index % records.size()], index / records.size()};
}

StateKey P2pWorkload::key(std::uint64_t index) const {
    const auto [record, owner] = place(index);
    return location(settings_.seed, record, owner);
}

void P2pWorkload::value(std::uint64_t index, Bytes& value) const {
    const auto [record, owner] = place(index);
    const RandomWords words = random_words(settings_.seed, Domain::p2p_value,
                                           {owner, static_cast<std::uint64_t>(record), 0, 0});
    std::uint64_t number = 0;
    if (record == Record::balance) {
        number = settings_.payments.balance;
    } else if (record == Record::config) {
        number = words[1];
    }
    value.resize(kValueBytes);
    write_value(value.data(), {number, words[0]});
}

Result<std::unique_ptr<Block>> P2pWorkload::block(std::uint64_t number) const {
    if (number == 0) {
        return bad_input("p2p has no block 0: its blocks begin with 1");
    }
    const Shape& shape = *settings_.shape;
    std::vector<StateKey> keys;
    std::vector<std::uint64_t> amounts;
    keys.reserve(settings_.block_size * (shape.sender.size() + shape.receiver.size()));
    amounts.reserve(settings_.block_size);
    for (std::uint32_t i = 0; i < settings_.block_size; ++i) {
        const Payment made = payments_.at(number, i);
        for (const Access& access : shape.sender) {
            keys.push_back(location(settings_.seed, access.record, made.payer));
        }
        for (const Access& access : shape.receiver) {
            keys.push_back(location(settings_.seed, access.record, made.payee));
        }
        amounts.push_back(made.amount);
    }
    return fee_.charged(std::make_unique<P2pBlock>(number, shape, settings_.work, configs_,
                                                   std::move(keys), std::move(amounts)));
}

void P2pWorkload::facts(FactVisitor& visitor) const {
    const Shape& shape = *settings_.shape;
    payments_.facts(visitor, settings_.block_size);
    visitor.fact(
        "shape",
        fmt::format("{}: {} reads of configuration, {} of the sender, {} of the receiver",
                    shape.name, shape.configs, shape.sender.size(), shape.receiver.size()),
        "numbers of reads and writes as the Block-STM paper has them; which locations they "
        "are is ours");
    visitor.fact("locations",
                 fmt::format("{} an account and {} of configuration, {} bytes each",
                             shape.records.size(), shape.configs, kValueBytes),
                 "a StateKey each: number 8, digest 8");
    visitor.fact("sequence_rule",
                 "counts transactions sent, failed ones included; none is demanded",
                 "blocks must not depend on which transactions before them failed");
    fee_.facts(visitor);
    work_facts(visitor, settings_.work);
}

}  // namespace commitbench::p2p
