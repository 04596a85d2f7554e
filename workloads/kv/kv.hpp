// SPDX-License-Identifier: Apache-2.0
// `kv`: items read and written by key, some at a time. mix.hpp says which operations there are.
//
// A transaction, in this order:
//   1. reads the items of its reads, scans and read-modify-writes;
//   2. does its CPU work on a digest of every byte read, and of whether each item was there;
//   3. fails, if the digest says so: an option gives the chance. It then writes nothing;
//   4. does its writes, inserts and erasures. Every value written depends on the digest, so a lost
//      update changes whatever is read, and then written, after it;
//   5. never ends, if the digest says so: it waits for what it read to change, until a limit of its
//      work (work_limit.hpp) ends it. It has then written nothing, but paid its fee.
// Any value and any absence is good input: a broken state changes digests and fails nothing by
// itself. An item may be hit twice by one transaction; the last write holds. Fees (fee.hpp) are
// paid beside all this.
//
// Items 0..items-1 are in the first state. An insert makes the item with the next number: block by
// block and in the order of the transactions, those of failed transactions included, which leave
// the item absent. keys=latest draws from all items inserted before the transaction, the other laws
// from the first items only. An erased item is absent until something writes it again.
#pragma once

#include "harness/core/block.hpp"
#include "harness/core/registry.hpp"
#include "workloads/fee.hpp"
#include "workloads/key_choice.hpp"
#include "workloads/kv/mix.hpp"

namespace commitbench::kv {

/// Bytes of a value; the largest one is the limit of every store.
inline constexpr std::size_t kSmallestValue = 8;
inline constexpr std::size_t kLargestValue = 65'536;

struct Settings {
    std::uint64_t seed = 0;
    std::uint64_t items = 0;       ///< in the first state, at least 1
    std::uint32_t block_size = 0;  ///< transactions a block
    MixSettings mix;
    std::uint32_t scan_length = 0;  ///< at most; at least 1
    KeyChoice keys;
    std::size_t value_min = 0;  ///< kSmallestValue..kLargestValue; sizes are uniform
    std::size_t value_max = 0;
    double fail_share = 0;
    double endless_share = 0;      ///< 0 where there is no work_limit
    std::uint64_t work = 0;        ///< units a transaction
    std::uint64_t work_limit = 0;  ///< likewise; 0: none
    FeeRule fee = FeeRule::none;
};

/// A step of a transaction: a scan is as many reads.
struct Operation {
    StateKey key;
    Kind kind = Kind::read;
    std::uint32_t size = 0;  ///< of the value, where it writes one
};

/// See Block. 40 bytes an operation.
class KvBlock final : public Block {
  public:
    /// `begins`: transaction t does operations begins[t]..begins[t + 1] - 1.
    KvBlock(std::uint64_t number,
            std::vector<Operation> operations,
            std::vector<std::uint32_t> begins,
            std::uint64_t work,
            double fail_share,
            double endless_share)
        : number_(number),
          operations_(std::move(operations)),
          begins_(std::move(begins)),
          work_(work),
          fails_(fail_share),
          is_endless_(endless_share) {}

    [[nodiscard]] std::uint64_t number() const override { return number_; }
    [[nodiscard]] std::uint32_t size() const override {
        return static_cast<std::uint32_t>(begins_.size() - 1);
    }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override;

    [[nodiscard]] std::span<const Operation> operations(std::uint32_t index) const noexcept {
        return std::span(operations_).subspan(begins_[index], begins_[index + 1] - begins_[index]);
    }

  private:
    std::uint64_t number_;
    std::vector<Operation> operations_;
    std::vector<std::uint32_t> begins_;
    std::uint64_t work_;
    Chance fails_;
    Chance is_endless_;
};

/// Bytes that a word decides. Equal words give equal bytes up to the shorter length.
void fill(std::span<std::uint8_t> value, std::uint64_t word) noexcept;

/// See Workload. O(1) memory: keys, values and blocks are computed when asked for.
class KvWorkload final : public Workload {
  public:
    /// INVARIANT: settings within the bounds they state.
    explicit KvWorkload(const Settings& settings);

    [[nodiscard]] std::uint64_t state_size() const override { return settings_.items; }
    /// Of any item, inserted ones too.
    [[nodiscard]] StateKey key(std::uint64_t item) const override;
    void value(std::uint64_t index, Bytes& value) const override;
    [[nodiscard]] std::uint64_t block_limit() const override { return UINT64_MAX; }
    [[nodiscard]] Result<std::unique_ptr<Block>> block(std::uint64_t number) const override;
    void facts(FactVisitor& visitor) const override;

  private:
    /// Calls visit(transaction, kind, item, size) for every step of a block, in order.
    template<class Visit>
    void draft(std::uint64_t number, Visit visit) const;
    [[nodiscard]] std::uint32_t draw_size(std::uint64_t word) const noexcept;

    Settings settings_;
    Mix mix_;
    Fee fee_;
};

/// The entry of the workload registry.
[[nodiscard]] const WorkloadComponent& component();

}  // namespace commitbench::kv
