// SPDX-License-Identifier: Apache-2.0
#include "workloads/fold.hpp"
#include "workloads/kv/kv.hpp"
#include "workloads/work_units.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace commitbench::kv {
namespace {

// What is failed, what never ends and what is written come from different words of one digest.
constexpr std::uint64_t kVerdict = 0x76657264'69637421ULL;
constexpr std::uint64_t kEnd = 0x656e646c'65737321ULL;
constexpr std::uint64_t kValue = 0x76616c75'65303031ULL;

/// Values up to this size are made on the stack: no transaction allocates for them. An executor may
/// run transactions on small stacks, so larger ones are made on the heap.
constexpr std::size_t kStackValue = 4096;

constexpr bool reads(Kind kind) noexcept {
    return kind == Kind::read || kind == Kind::rmw;
}

/// Looks at the items again until one is another, which in a transaction never is.
Receipt wait_in_vain(std::span<const Operation> steps, StateAccess& state) {
    while (state.spend(1)) {
        for (const Operation& step : steps) {
            if (reads(step.kind) && state.read(step.key).state == ReadState::stop) {
                return {TxStatus::stopped, 0};
            }
        }
    }
    return {TxStatus::stopped, 0};
}

}  // namespace

void fill(std::span<std::uint8_t> value, std::uint64_t word) noexcept {
    for (std::size_t at = 0; at < value.size(); at += sizeof word) {
        const std::uint64_t bytes = mixed(word + at);
        std::memcpy(value.data() + at, &bytes, std::min(sizeof bytes, value.size() - at));
    }
}

Receipt KvBlock::execute(std::uint32_t index, StateAccess& state) const {
    const std::span<const Operation> steps = operations(index);
    std::uint64_t digest = mixed(number_) + index;
    std::size_t largest = 0;
    for (const Operation& step : steps) {
        if (reads(step.kind)) {
            const StateRead read = state.read(step.key);
            if (read.state == ReadState::stop) {
                return {TxStatus::stopped, 0};
            }
            digest = folded(digest, read);
        }
        largest = std::max<std::size_t>(largest, step.size);
    }
    if (!state.spend(work_)) {
        return {TxStatus::stopped, 0};
    }
    digest = work(work_, digest);
    if (fails_(mixed(digest ^ kVerdict))) {
        return {TxStatus::failed, digest};
    }

    std::array<std::uint8_t, kStackValue> on_stack;  // NOLINT(*-member-init)
    Bytes on_heap(largest > kStackValue ? largest : 0);
    std::uint8_t* const place = on_heap.empty() ? on_stack.data() : on_heap.data();
    std::uint64_t word = digest ^ kValue;
    for (const Operation& step : steps) {
        if (step.kind == Kind::erase) {
            state.erase(step.key);
        } else if (step.kind != Kind::read) {
            word = mixed(word);
            const std::span<std::uint8_t> value(place, step.size);
            fill(value, word);
            state.write(step.key, value);
        }
    }
    return is_endless_(mixed(digest ^ kEnd)) ? wait_in_vain(steps, state)
                                             : Receipt{TxStatus::ok, digest};
}

}  // namespace commitbench::kv
