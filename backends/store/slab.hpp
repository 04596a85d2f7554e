// SPDX-License-Identifier: Apache-2.0
// Memory for very many small byte strings that come, grow and go: size classes with free lists.
#pragma once

#include "harness/core/bytes.hpp"

#include <array>
#include <bit>
#include <memory>
#include <vector>

namespace commitbench {

/// Blocks of 1 byte to 32 MiB. The owner remembers the size of each block (usually it stands in the
/// block), so there are no headers. At most 12.5 % of a block above 1 KiB is rounding, and 15 bytes
/// below. Small blocks come from chunks of 2 MiB and are used again for their class only; blocks
/// above kLargestSmall are allocations of their own and go back to the system. Counts every byte
/// that it holds. Not thread-safe.
class Slab {
  public:
    static constexpr std::size_t kClasses = 184;
    static constexpr std::size_t kLargestSmall = std::size_t{32} << 10;

    /// How many blocks of each class are wanted.
    class Demand {
      public:
        void add(std::size_t size) noexcept { ++blocks_[class_of(size)]; }

      private:
        friend class Slab;
        std::array<std::uint64_t, kClasses> blocks_{};
    };

    Slab() = default;
    Slab(const Slab&) = delete;
    Slab& operator=(const Slab&) = delete;
    ~Slab();

    /// Which class a block of `size` bytes belongs to: blocks of equal class can take each other's
    /// place. INVARIANT: 1 <= size <= 32 MiB.
    [[nodiscard]] static std::size_t class_of(std::size_t size) noexcept {
        if (size <= 1024) {
            return (size - 1) / 16;
        }
        const std::size_t last = size - 1;
        const auto width = static_cast<std::size_t>(std::bit_width(last));
        return 64 + (width - 11) * 8 + ((last >> (width - 4)) - 8);
    }
    [[nodiscard]] static std::size_t class_size(std::size_t size_class) noexcept {
        if (size_class < 64) {
            return (size_class + 1) * 16;
        }
        return (size_class % 8 + 9) << ((size_class - 64) / 8 + 7);
    }

    /// bytes_held() as it would be after provide(demand).
    [[nodiscard]] std::uint64_t bytes_with(const Demand& demand) const noexcept;
    /// Gets the memory, so that allocating the demanded blocks cannot fail. Throws std::bad_alloc,
    /// and then nothing of use has changed.
    void provide(const Demand& demand);
    /// Sees to it that about `bytes` are there for small blocks to come, and touches what it gets
    /// for that, so that whoever takes them does not wait for the kernel to clear pages. Gets less
    /// where the system has no more.
    void fetch_ahead(std::uint64_t bytes) noexcept;
    /// Returns to the system what provide() got for large blocks and nobody took.
    void drop_spare_large() noexcept;

    /// Aligned to 16. Throws std::bad_alloc unless provided for.
    [[nodiscard]] std::uint8_t* allocate(std::size_t size) {
        const std::size_t size_class = class_of(size);
        if (FreeBlock* const block = free_[size_class].first; block != nullptr) {
            free_[size_class].first = block->next;
            --free_[size_class].count;
            return reinterpret_cast<std::uint8_t*>(block);
        }
        return allocate_fresh(size_class);
    }
    void free(std::uint8_t* block, std::size_t size) noexcept;

    /// Bytes of memory held, used or not.
    [[nodiscard]] std::uint64_t bytes_held() const noexcept { return bytes_held_; }

  private:
    struct FreeBlock {
        FreeBlock* next;
    };
    struct FreeList {
        FreeBlock* first = nullptr;
        std::uint64_t count = 0;
    };
    /// Stands before each block above kLargestSmall; a ring through large_, so that the destructor
    /// finds them.
    struct alignas(16) LargeHeader {
        LargeHeader* previous;
        LargeHeader* next;
        std::size_t bytes;  // header and block
    };

    [[nodiscard]] std::uint64_t chunks_for(const Demand& demand) const noexcept;
    std::uint8_t* allocate_fresh(std::size_t size_class);
    std::uint8_t* allocate_large(std::size_t size_class);
    void free_large(std::uint8_t* block) noexcept;
    void add_chunk();
    void push_free(std::uint8_t* block, std::size_t size_class) noexcept;

    std::array<FreeList, kClasses> free_{};
    std::vector<std::uint8_t*> chunks_;
    std::size_t current_ = 0;  // index into chunks_: chunks after it are untouched
    std::size_t used_ = 0;     // bytes of chunks_[current_]
    LargeHeader large_{&large_, &large_, 0};
    std::uint64_t bytes_held_ = 0;
};

}  // namespace commitbench
