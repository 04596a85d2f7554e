// SPDX-License-Identifier: Apache-2.0
// Work limits: how a transaction ends that would not end by itself.
//
// A transaction may do so many units of work: each access of the state is one, and what it does
// beside them it says itself (StateAccess::spend). One that asks for more is told to stop; it
// fails, none of its writes count, and its receipt is kOutOfWorkReceipt. Its own accesses alone
// decide that, never a clock. So the same transactions run out under every executor, and one that a
// speculating executor shows a state which no order of the transactions gives, and which loops on
// it, ends as well: what it read then proves wrong, and it runs again.
//
// What cannot be ended is a loop that neither reads nor spends, whatever it writes.
#pragma once

#include "harness/core/block.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <memory_resource>

namespace commitbench {

inline constexpr Receipt kOutOfWorkReceipt{TxStatus::failed, 0x6f75742d'776f726bULL};

/// The state as one execution of one transaction sees it. Its writes are kept here until it is
/// known that they count, since whoever is beneath may show them to others at once. A read costs
/// O(writes of the transaction so far). One thread.
class MeteredAccess final : public StateAccess {
  public:
    /// Borrows `inner`.
    MeteredAccess(StateAccess& inner, std::uint64_t limit) noexcept : inner_(inner), left_(limit) {}

    [[nodiscard]] StateRead read(const StateKey& key) override;
    void write(const StateKey& key, ByteView value) override;
    void erase(const StateKey& key) override;
    [[nodiscard]] ReadState add(const StateKey& key, std::uint64_t amount) override;
    [[nodiscard]] bool spend(std::uint64_t units) override;

    /// Once, after the transaction gave `receipt`: hands its writes on where they count, and gives
    /// the receipt that does.
    [[nodiscard]] Receipt conclude(const Receipt& receipt);

  private:
    enum class Kind : std::uint8_t { write, erase, add };
    struct Change {
        StateKey key;
        Kind kind = Kind::write;
        std::uint32_t size = 0;    ///< of the value; where kind is write, as the next
        std::size_t begin = 0;     ///< of it, in values_
        std::uint64_t amount = 0;  ///< where kind is add
    };

    [[nodiscard]] ByteView value_of(const Change& change) const noexcept {
        return std::span(values_).subspan(change.begin, change.size);
    }

    StateAccess& inner_;
    std::uint64_t left_;
    bool ran_out_ = false;
    CounterValue sum_{};  // what the last read of a counter gave
    // Most transactions write little: theirs fits here.
    std::array<std::byte, 2048> space_;  // NOLINT(*-member-init): filled as it is used
    std::pmr::monotonic_buffer_resource memory_{space_.data(), space_.size()};
    std::pmr::vector<Change> changes_{&memory_};  // in the order they were made
    std::pmr::vector<std::uint8_t> values_{&memory_};
};

/// A block whose transactions all have this limit.
class LimitedBlock final : public Block {
  public:
    LimitedBlock(std::unique_ptr<Block> block, std::uint64_t limit)
        : block_(std::move(block)), limit_(limit) {}

    [[nodiscard]] std::uint64_t number() const override { return block_->number(); }
    [[nodiscard]] std::uint32_t size() const override { return block_->size(); }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override;

  private:
    std::unique_ptr<Block> block_;
    std::uint64_t limit_;
};

}  // namespace commitbench
