// SPDX-License-Identifier: Apache-2.0
#include "workloads/fold.hpp"
#include "workloads/transfer/account.hpp"
#include "workloads/transfer/transfer.hpp"
#include "workloads/work_units.hpp"

#include <array>

namespace commitbench::transfer {
namespace {

// The two sides of a transfer get different digests from one result.
constexpr std::uint64_t kSenderSide = 0x73656e64'65723031ULL;
constexpr std::uint64_t kReceiverSide = 0x72656365'69766572ULL;

}  // namespace

Receipt TransferBlock::execute(std::uint32_t index, StateAccess& state) const {
    const Transfer& transfer = transfers_[index];
    // On the stack: no transaction allocates. Uninitialised on purpose: only value_size_ bytes are
    // used.
    std::array<std::uint8_t, kLargestValue> sender_value;    // NOLINT(*-member-init)
    std::array<std::uint8_t, kLargestValue> receiver_value;  // NOLINT(*-member-init)

    const StateRead sender_read = state.read(transfer.sender);
    if (sender_read.state == ReadState::stop) {
        return {TxStatus::stopped, 0};
    }
    std::uint64_t digest = folded(mixed(number_) + index, sender_read);
    if (sender_read.state == ReadState::absent || sender_read.value.size() != value_size_) {
        return {TxStatus::failed, work(work_, digest)};
    }
    std::memcpy(sender_value.data(), sender_read.value.data(), value_size_);
    Account sender = read_account(sender_value.data());

    const bool covered = sender.balance >= transfer.amount;
    Account receiver;
    if (covered) {
        const StateRead receiver_read = state.read(transfer.receiver);
        if (receiver_read.state == ReadState::stop) {
            return {TxStatus::stopped, 0};
        }
        digest = folded(digest, receiver_read);
        if (receiver_read.state == ReadState::absent || receiver_read.value.size() != value_size_) {
            return {TxStatus::failed, work(work_, digest)};
        }
        std::memcpy(receiver_value.data(), receiver_read.value.data(), value_size_);
        receiver = read_account(receiver_value.data());
    }

    digest = work(work_, digest);
    ++sender.nonce;
    sender.digest = mixed(digest ^ kSenderSide);
    if (covered) {
        sender.balance -= transfer.amount;
        receiver.balance += transfer.amount;
        receiver.digest = mixed(digest ^ kReceiverSide);
    }
    write_account(sender_value.data(), sender);
    state.write(transfer.sender, {sender_value.data(), value_size_});
    if (covered) {
        write_account(receiver_value.data(), receiver);
        state.write(transfer.receiver, {receiver_value.data(), value_size_});
    }
    return {covered ? TxStatus::ok : TxStatus::failed, digest};
}

}  // namespace commitbench::transfer
