// SPDX-License-Identifier: Apache-2.0
// CutWorkload: a workload whose blocks end early, so that small ones can be had of any.
#pragma once

#include "harness/core/workload.hpp"

#include <optional>
#include <vector>

namespace commitbench::conformance {

/// The first transactions of a block, with access sets where they were given.
class CutBlock final : public Block {
  public:
    CutBlock(std::unique_ptr<Block> whole, std::uint32_t size)
        : whole_(std::move(whole)), size_(std::min(size, whole_->size())) {}
    /// INVARIANT: of these transactions.
    void declare(AccessSets sets) { sets_ = std::move(sets); }

    [[nodiscard]] std::uint64_t number() const override { return whole_->number(); }
    [[nodiscard]] std::uint32_t size() const override { return size_; }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override {
        return whole_->execute(index, state);
    }
    [[nodiscard]] const AccessSets* access_sets() const override {
        return sets_ ? &*sets_ : nullptr;
    }

  private:
    std::unique_ptr<Block> whole_;
    std::uint32_t size_;
    std::optional<AccessSets> sets_;
};

/// Blocks have these sizes in turn, or fewer transactions where there are no more.
class CutWorkload final : public Workload {
  public:
    /// INVARIANT: `sizes` is not empty.
    CutWorkload(std::unique_ptr<Workload> whole, std::vector<std::uint32_t> sizes)
        : whole_(std::move(whole)), sizes_(std::move(sizes)) {}

    [[nodiscard]] Result<std::unique_ptr<CutBlock>> cut_block(std::uint64_t number) const {
        auto block = whole_->block(number);
        if (!block) {
            return block.error();
        }
        return std::make_unique<CutBlock>(std::move(*block), sizes_[(number - 1) % sizes_.size()]);
    }

    [[nodiscard]] std::uint64_t state_size() const override { return whole_->state_size(); }
    [[nodiscard]] StateKey key(std::uint64_t index) const override { return whole_->key(index); }
    void value(std::uint64_t index, Bytes& value) const override { whole_->value(index, value); }
    [[nodiscard]] std::uint64_t block_limit() const override { return whole_->block_limit(); }
    [[nodiscard]] Result<std::unique_ptr<Block>> block(std::uint64_t number) const override {
        auto block = cut_block(number);
        if (!block) {
            return block.error();
        }
        return std::unique_ptr<Block>(std::move(*block));
    }
    void facts(FactVisitor& visitor) const override { whole_->facts(visitor); }

  private:
    std::unique_ptr<Workload> whole_;
    std::vector<std::uint32_t> sizes_;
};

}  // namespace commitbench::conformance
