// SPDX-License-Identifier: Apache-2.0
#include "workloads/transfer/transfer.hpp"

#include "workloads/transfer/account.hpp"
#include "workloads/work_units.hpp"

#include <fmt/format.h>

namespace commitbench::transfer {
namespace {

std::uint64_t word_threshold(double share) {
    return share >= 1 ? UINT64_MAX : static_cast<std::uint64_t>(share * 0x1p64);
}

}  // namespace

TransferWorkload::TransferWorkload(const Settings& settings)
    : settings_(settings),
      keys_(settings.accounts, settings.keys, settings.seed),
      fee_(settings.fee, settings.seed),
      overdraft_below_(word_threshold(settings.overdraft_share)) {}

TransferWorkload::Draft TransferWorkload::draft(std::uint64_t block,
                                                std::uint64_t index) const noexcept {
    RandomStream random(settings_.seed, Domain::transfer, block, index);
    const std::uint64_t amount_word = random.next();
    const std::uint64_t overdraft_word = random.next();
    const auto [sender, receiver] = keys_.draw_two(random);
    const bool overdraft = overdraft_word < overdraft_below_ || overdraft_below_ == UINT64_MAX;
    const std::uint64_t amount =
        settings_.amount_min + scaled(amount_word, settings_.amount_max - settings_.amount_min + 1);
    // More than the sum of all balances: fails in whatever state. INVARIANT: no overflow, both
    // terms are below 2^63.
    return {sender, receiver, overdraft ? settings_.accounts * settings_.balance + amount : amount};
}

StateKey TransferWorkload::key(std::uint64_t index) const {
    return random_key(settings_.seed, Domain::account_key, {index, 0, 0, 0});
}

void TransferWorkload::value(std::uint64_t index, Bytes& value) const {
    value.resize(settings_.value_size);
    RandomStream random(settings_.seed, Domain::account_value, index, 0);
    write_account(value.data(), {settings_.balance, 0, random.next()});
    for (std::size_t at = kSmallestValue; at < value.size();) {
        for (std::uint64_t word = random.next(), i = 0; i < 8 && at < value.size();
             ++i, word >>= 8) {
            value[at++] = static_cast<std::uint8_t>(word & 0xff);
        }
    }
}

Result<std::unique_ptr<Block>> TransferWorkload::block(std::uint64_t number) const {
    if (number == 0) {
        return bad_input("transfer has no block 0: its blocks begin with 1");
    }
    std::vector<Transfer> transfers(settings_.block_size);
    for (std::uint32_t i = 0; i < settings_.block_size; ++i) {
        const Draft made = draft(number, i);
        transfers[i] = {key(made.sender), key(made.receiver), made.amount};
    }
    return fee_.charged(std::make_unique<TransferBlock>(number, std::move(transfers),
                                                        settings_.work, settings_.value_size));
}

void TransferWorkload::facts(FactVisitor& visitor) const {
    const std::uint64_t wanted = (kSkewSample + settings_.block_size - 1) / settings_.block_size;
    KeyTally tally;
    std::uint64_t overdrafts = 0;
    for (std::uint64_t block = 1; block <= wanted; ++block) {
        for (std::uint64_t i = 0; i < settings_.block_size; ++i) {
            const Draft made = draft(block, i);
            tally.hit(made.sender);
            tally.hit(made.receiver);
            overdrafts += made.amount > settings_.accounts * settings_.balance ? 1 : 0;
        }
    }
    tally.facts(visitor, keys_, settings_.accounts, wanted, "accounts",
                "senders and receivers alike");
    visitor.fact("overdraft_share_realised",
                 fmt::format("{:.4f}", static_cast<double>(overdrafts) /
                                           static_cast<double>(wanted * settings_.block_size)),
                 "transfers of more than all accounts have together; others may fail too, once "
                 "their sender is poor");
    visitor.fact("account_value",
                 fmt::format("{} bytes: balance 8, nonce 8, digest 8, filler {}",
                             settings_.value_size, settings_.value_size - kSmallestValue),
                 "78 bytes is the RLP of a plain Ethereum account that holds one ether");
    visitor.fact("nonce_rule", "counts transfers sent, failed ones included; none is demanded",
                 "blocks must not depend on which transfers before them failed");
    fee_.facts(visitor);
    work_facts(visitor, settings_.work);
}

}  // namespace commitbench::transfer
