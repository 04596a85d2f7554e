// SPDX-License-Identifier: Apache-2.0
// FirstStateIndex: a workload's first state in the order of its keys, at 17 bytes a key.
#pragma once

#include "harness/core/first_state.hpp"
#include "harness/run/interrupt_flag.hpp"
#include "harness/run/progress.hpp"
#include "harness/run/state_place.hpp"

#include <memory>

namespace commitbench {

/// Keeps (prefix, index) of every key, sorted; whole keys and values are made anew by the workload,
/// which is borrowed. Readable from many threads.
class FirstStateIndex final : public FirstState {
  public:
    /// Goes through all keys. Errors: bad_input where a key comes twice, interrupted.
    [[nodiscard]] static Result<std::unique_ptr<FirstStateIndex>> make(const Workload& workload,
                                                                       ProgressSink& progress,
                                                                       InterruptFlag interrupt);

    [[nodiscard]] std::uint64_t size() const override { return places_.size(); }
    [[nodiscard]] StateKey key(std::uint64_t rank) const override {
        return workload_.key(places_[rank].index);
    }
    void value(std::uint64_t rank, Bytes& value) const override {
        workload_.value(places_[rank].index, value);
    }
    [[nodiscard]] std::uint64_t keys_below(std::uint64_t prefix) const override;

  private:
    explicit FirstStateIndex(const Workload& workload) : workload_(workload) {}
    void make_directory();

    const Workload& workload_;
    std::vector<StatePlace> places_;
    // directory_[t] is the first rank whose prefix begins with the bits t or larger ones; one more
    // entry holds size(). About 8 keys an entry.
    unsigned directory_bits_ = 0;
    std::vector<std::uint64_t> directory_;
};

}  // namespace commitbench
