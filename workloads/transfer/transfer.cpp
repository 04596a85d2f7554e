// SPDX-License-Identifier: Apache-2.0
#include "workloads/transfer/transfer.hpp"

#include "workloads/transfer/account.hpp"
#include "workloads/work_units.hpp"

#include <fmt/format.h>

namespace commitbench::transfer {

TransferWorkload::TransferWorkload(const Settings& settings)
    : settings_(settings),
      payments_(settings.payments, settings.seed, Domain::transfer),
      fee_(settings.fee, settings.seed) {}

StateKey TransferWorkload::key(std::uint64_t index) const {
    return random_key(settings_.seed, Domain::account_key, {index, 0, 0, 0});
}

void TransferWorkload::value(std::uint64_t index, Bytes& value) const {
    value.resize(settings_.value_size);
    RandomStream random(settings_.seed, Domain::account_value, index, 0);
    write_account(value.data(), {settings_.payments.balance, 0, random.next()});
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
        const Payment made = payments_.at(number, i);
        transfers[i] = {key(made.payer), key(made.payee), made.amount};
    }
    return fee_.charged(std::make_unique<TransferBlock>(number, std::move(transfers),
                                                        settings_.work, settings_.value_size));
}

void TransferWorkload::facts(FactVisitor& visitor) const {
    payments_.facts(visitor, settings_.block_size);
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
