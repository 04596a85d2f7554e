// SPDX-License-Identifier: Apache-2.0
// What the multi-version memory is made of: values, versions, and the word that joins the two.
#pragma once

#include "harness/core/state_key.hpp"

#include <atomic>
#include <cstdint>

namespace commitbench::block_stm {

enum class ValueKind : std::uint8_t {
    present,
    absent,  ///< the key has no value: erased, or never there
    delta,   ///< a number to add to the counter below (StateAccess::add)
};

/// Bytes in the memory of a worker, which follow the header. Immutable once others can see it.
struct alignas(8) Value {
    std::uint32_t size = 0;
    std::uint32_t capacity = 0;
    ValueKind kind = ValueKind::present;

    [[nodiscard]] std::uint8_t* bytes() noexcept {
        return reinterpret_cast<std::uint8_t*>(this + 1);
    }
    [[nodiscard]] ByteView view() const noexcept {
        return {reinterpret_cast<const std::uint8_t*>(this + 1), size};
    }
    [[nodiscard]] std::uint64_t amount() const noexcept {
        std::uint64_t number = 0;
        std::memcpy(&number, this + 1, sizeof number);
        return number;
    }
};

/// What a reader would notice no difference between.
[[nodiscard]] inline bool same_value(const Value& a, const Value& b) noexcept {
    return a.kind == b.kind && equal(a.view(), b.view());
}

/// What other transactions make of a version.
enum class Mark : std::uint8_t {
    published = 0,
    estimate = 1,  ///< its transaction will write the key (again): readers above had better wait
    hidden = 2,    ///< being written by an execution that has not ended: as if it were not there
};

/// A version's word: where its value is, and a Mark in the low bits. Zero: the transaction does not
/// write the key (any more). An estimate without a value is what an execution left that was thrown
/// away; one with a value belongs to the execution that is under way, which alone may look at it.
class Payload {
  public:
    Payload() = default;
    explicit Payload(std::uintptr_t word) : word_(word) {}
    Payload(const Value* value, Mark mark)
        : word_(reinterpret_cast<std::uintptr_t>(value) | static_cast<std::uintptr_t>(mark)) {}

    [[nodiscard]] std::uintptr_t word() const noexcept { return word_; }
    [[nodiscard]] bool is_removed() const noexcept { return word_ == 0; }
    [[nodiscard]] Mark mark() const noexcept { return static_cast<Mark>(word_ & kMarkBits); }
    [[nodiscard]] Value* value() const noexcept {
        // A pointer and two bits of its alignment share one word, so that both change at once.
        return reinterpret_cast<Value*>(word_ & ~kMarkBits);  // NOLINT(performance-no-int-to-ptr)
    }

  private:
    static constexpr std::uintptr_t kMarkBits = 3;
    std::uintptr_t word_ = 0;
};

struct Entry;

/// One transaction's write of one key. Never unlinked during a block: a write that is taken back
/// is a removed payload.
struct Version {
    std::atomic<Version*> next{nullptr};  ///< the next lower transaction that has a version here
    std::atomic<std::uintptr_t> payload{0};
    Version* sibling = nullptr;  ///< the same transaction's next version, of another key
    Entry* entry = nullptr;      ///< whose version it is
    std::uint32_t transaction = 0;
    /// The transaction's last execution that ended wrote the key, and readers above met that or its
    /// estimate ever since: a value put here is nothing new to them. Owned as `sibling` is.
    bool in_write_set = false;
};

/// One key of the block.
///
///   head -> [tx 9] -> [tx 4] -> [tx 1] -> end        base: the value before the block
///
/// Versions descend strictly by transaction, so a reader walks past those above it only: the
/// transactions that run ahead.
struct Entry {
    StateKey key;
    std::atomic<const Value*> base{nullptr};  ///< null until somebody asked the backend
    std::atomic<Version*> head{nullptr};
};

}  // namespace commitbench::block_stm
