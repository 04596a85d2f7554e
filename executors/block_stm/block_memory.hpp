// SPDX-License-Identifier: Apache-2.0
// BlockMemory: what one worker allocates during one block.
#pragma once

#include "executors/block_stm/version.hpp"
#include "harness/core/arena.hpp"

#include <memory>
#include <new>

namespace commitbench::block_stm {

/// Everything stays put until reset(), so that readers of other workers may hold on to what was
/// replaced. Used by its worker only. By option each piece comes from the heap, so that what the
/// arena is worth can be measured.
class BlockMemory {
  public:
    explicit BlockMemory(bool from_heap) : from_heap_(from_heap) {}

    [[nodiscard]] std::uint8_t* allocate(std::size_t size) {
        if (!from_heap_) {
            return arena_.allocate(size, kAlignment);
        }
        pieces_.push_back(std::make_unique<std::uint64_t[]>((size + 7) / 8));
        return reinterpret_cast<std::uint8_t*>(pieces_.back().get());
    }

    template<class T>
    [[nodiscard]] T* make() {
        static_assert(alignof(T) <= kAlignment);
        return new (allocate(sizeof(T))) T();
    }

    /// `bytes` may be empty, and must outlive the call only.
    [[nodiscard]] Value* make_value(ValueKind kind, ByteView bytes) {
        const auto size = static_cast<std::uint32_t>(bytes.size());
        auto* value = new (allocate(sizeof(Value) + size)) Value{size, size, kind};
        if (size > 0) {
            std::memcpy(value->bytes(), bytes.data(), size);
        }
        return value;
    }

    void reset() {
        arena_.reset();
        pieces_.clear();
    }

  private:
    static constexpr std::size_t kAlignment = 8;

    bool from_heap_;
    Arena arena_;
    std::vector<std::unique_ptr<std::uint64_t[]>> pieces_;
};

}  // namespace commitbench::block_stm
