// SPDX-License-Identifier: Apache-2.0
// Workload: makes the first state and the blocks.
#pragma once

#include "harness/core/block.hpp"
#include "harness/core/observer.hpp"
#include "harness/core/result.hpp"

#include <memory>

namespace commitbench {

/// The same bytes for the same options and seed, whatever the executor, the thread count, the
/// machine or the order of calls. [thread-safe once made]
class Workload {
  public:
    virtual ~Workload() = default;
    /// Keys in the first state.
    [[nodiscard]] virtual std::uint64_t state_size() const = 0;
    /// Key of entry `index` < state_size(), in no particular order. Each key once.
    [[nodiscard]] virtual StateKey key(std::uint64_t index) const = 0;
    /// Its value in the first state, written over `value`. Never empty.
    virtual void value(std::uint64_t index, Bytes& value) const = 0;
    /// Blocks it can give; UINT64_MAX where it never ends.
    [[nodiscard]] virtual std::uint64_t block_limit() const = 0;
    /// Block `number` in 1..block_limit().
    [[nodiscard]] virtual Result<std::unique_ptr<Block>> block(std::uint64_t number) const = 0;
    /// What identifies the blocks and the first state beside options and seed (say, a digest of the
    /// input files). Part of the ledger's name. Empty where options and seed say it all.
    [[nodiscard]] virtual std::string content_digest() const { return {}; }
    /// Where the answer depends on chance or on the input: realised skew, rules for what the input
    /// does not say, calibration.
    virtual void facts(FactVisitor& visitor) const = 0;
};

}  // namespace commitbench
