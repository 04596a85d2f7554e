// SPDX-License-Identifier: Apache-2.0
// A bump allocator for byte strings that live as long as one block.
#pragma once

#include "harness/core/bytes.hpp"
#include "harness/core/huge_pages.hpp"

#include <cstring>
#include <memory>
#include <vector>

namespace commitbench {

/// Hands out memory that stays put until reset(). Chunks are kept across reset(), so a steady state
/// allocates nothing. Chunks of 2 MiB and more come on huge pages (huge_pages.hpp): ask for such
/// where a block fills many. Not thread-safe.
class Arena {
  public:
    explicit Arena(std::size_t chunk_bytes = std::size_t{1} << 18) : chunk_bytes_(chunk_bytes) {}

    /// `size` bytes aligned to `alignment` (a power of two up to 16), uninitialised.
    [[nodiscard]] std::uint8_t* allocate(std::size_t size, std::size_t alignment = 1) {
        const std::size_t start = (used_ + alignment - 1) & ~(alignment - 1);
        if (current_ < chunks_.size() && start + size <= chunks_[current_].size) {
            used_ = start + size;
            return chunks_[current_].memory.get() + start;
        }
        return allocate_in_next_chunk(size);
    }

    template<class T>
    [[nodiscard]] T* make() {
        return new (allocate(sizeof(T), alignof(T))) T();
    }

    [[nodiscard]] ByteView copy(ByteView bytes) {
        if (bytes.empty()) {
            return {};
        }
        std::uint8_t* target = allocate(bytes.size());
        std::memcpy(target, bytes.data(), bytes.size());
        return {target, bytes.size()};
    }

    /// Everything handed out dies. Chunks larger than the standard size are freed, the others kept.
    void reset() {
        std::erase_if(chunks_, [this](const Chunk& chunk) { return chunk.size > chunk_bytes_; });
        current_ = 0;
        used_ = 0;
    }

    /// Bytes of memory held.
    [[nodiscard]] std::size_t capacity() const noexcept {
        std::size_t sum = 0;
        for (const Chunk& chunk : chunks_) {
            sum += chunk.size;
        }
        return sum;
    }

  private:
    struct FreePages {
        std::size_t size = 0;
        void operator()(std::uint8_t* memory) const noexcept { free_pages(memory, size); }
    };
    struct Chunk {
        std::unique_ptr<std::uint8_t[], FreePages> memory;
        std::size_t size;

        explicit Chunk(std::size_t bytes)
            : memory(static_cast<std::uint8_t*>(allocate_pages(bytes)), FreePages{bytes}),
              size(bytes) {}
    };

    std::uint8_t* allocate_in_next_chunk(std::size_t size) {
        if (!chunks_.empty()) {
            ++current_;
        }
        if (current_ >= chunks_.size() || chunks_[current_].size < size) {
            const std::size_t bytes = std::max(size, chunk_bytes_);
            chunks_.emplace(chunks_.begin() + static_cast<std::ptrdiff_t>(current_), bytes);
        }
        used_ = size;
        return chunks_[current_].memory.get();
    }

    std::size_t chunk_bytes_;
    std::vector<Chunk> chunks_;
    std::size_t current_ = 0;  // index into chunks_
    std::size_t used_ = 0;     // bytes of chunks_[current_]
};

}  // namespace commitbench
