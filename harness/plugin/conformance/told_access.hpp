// SPDX-License-Identifier: Apache-2.0
// ToldAccess: the first state as a transaction sees it, that can be told to say stop.
#pragma once

#include "harness/core/block.hpp"
#include "harness/core/first_state.hpp"

#include <limits>
#include <map>

namespace commitbench::conformance {

/// One execution of one transaction. Borrows the state.
class ToldAccess final : public StateAccess {
  public:
    struct Orders {
        std::uint64_t stop_at_read = std::numeric_limits<std::uint64_t>::max();  ///< the first is 0
        bool refuse_to_spend = false;
    };
    ToldAccess(const FirstState& state, Orders orders) : state_(state), orders_(orders) {}

    [[nodiscard]] StateRead read(const StateKey& key) override {
        if (count_if_stopped() || reads_++ == orders_.stop_at_read) {
            stopped_ = true;
            return {ReadState::stop, {}};
        }
        if (const auto written = written_.find(key); written != written_.end()) {
            return written->second ? StateRead{ReadState::present, *written->second}
                                   : StateRead{ReadState::absent, {}};
        }
        const auto rank = state_.find(key);
        if (!rank) {
            return {ReadState::absent, {}};
        }
        state_.value(*rank, value_);
        return {ReadState::present, value_};
    }
    void write(const StateKey& key, ByteView value) override {
        if (!count_if_stopped()) {
            ++writes_;
            written_[key] = Bytes(value.begin(), value.end());
        }
    }
    void erase(const StateKey& key) override {
        if (!count_if_stopped()) {
            ++writes_;
            written_[key] = std::nullopt;
        }
    }
    [[nodiscard]] bool spend(std::uint64_t /*units*/) override {
        if (count_if_stopped()) {
            return false;
        }
        spent_ = true;
        stopped_ = orders_.refuse_to_spend;
        return !stopped_;
    }

    [[nodiscard]] std::uint64_t reads() const noexcept { return reads_; }
    [[nodiscard]] std::uint64_t writes() const noexcept { return writes_; }
    [[nodiscard]] bool spent() const noexcept { return spent_; }
    /// Of the transaction, which should have returned at once.
    [[nodiscard]] std::uint64_t calls_after_stop() const noexcept { return calls_after_stop_; }

  private:
    bool count_if_stopped() {
        calls_after_stop_ += stopped_ ? 1 : 0;
        return stopped_;
    }

    const FirstState& state_;
    Orders orders_;
    std::map<StateKey, std::optional<Bytes>> written_;
    Bytes value_;  // of the last read
    std::uint64_t reads_ = 0;
    std::uint64_t writes_ = 0;
    std::uint64_t calls_after_stop_ = 0;
    bool spent_ = false;
    bool stopped_ = false;
};

}  // namespace commitbench::conformance
