// SPDX-License-Identifier: Apache-2.0
// `trace`: real blocks, replayed from block access lists. What the lists leave open, chain.hpp
// fills by rules.
//
// A transaction does its pure reads, then its read-modify-writes, then its CPU work on a digest of
// every byte read; the receipt holds the result of the work. (The values written are the recorded
// ones, so the work cannot go into them.) The receipt says failed where a read that comes before a
// write gave another value than the chain expects.
#pragma once

#include "harness/core/block.hpp"
#include "harness/core/registry.hpp"
#include "workloads/trace/chain.hpp"

namespace commitbench {

/// See Workload. Holds the whole chain; blocks share it and may outlive the workload.
class TraceWorkload final : public Workload {
  public:
    struct Settings {
        ChainRules rules;
        std::uint64_t work = 0;      ///< units a transaction
        std::string source;          ///< what was read, for the facts: "60 files, blocks 1..60"
        std::string content_digest;  ///< of the input
    };

    /// INVARIANT as of Chain::link.
    [[nodiscard]] static Result<std::unique_ptr<TraceWorkload>> make(
        std::span<const NumberedList> blocks,
        Settings settings);

    [[nodiscard]] std::uint64_t state_size() const override { return chain_->first_state().size(); }
    [[nodiscard]] StateKey key(std::uint64_t index) const override;
    void value(std::uint64_t index, Bytes& value) const override;
    [[nodiscard]] std::uint64_t block_limit() const override { return chain_->blocks().size(); }
    [[nodiscard]] Result<std::unique_ptr<Block>> block(std::uint64_t number) const override;
    [[nodiscard]] std::string content_digest() const override { return settings_.content_digest; }
    void facts(FactVisitor& visitor) const override;

    [[nodiscard]] const Chain& chain() const noexcept { return *chain_; }

  private:
    TraceWorkload(std::shared_ptr<const Chain> chain, Settings settings)
        : chain_(std::move(chain)), settings_(std::move(settings)) {}

    std::shared_ptr<const Chain> chain_;
    Settings settings_;
};

/// The entry of the workload registry.
[[nodiscard]] const WorkloadComponent& trace_component();

}  // namespace commitbench
