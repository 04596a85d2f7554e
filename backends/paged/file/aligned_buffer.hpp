// SPDX-License-Identifier: Apache-2.0
// Memory that direct I/O takes.
#pragma once

#include "backends/paged/file/disk.hpp"

#include <cstdlib>
#include <new>
#include <utility>

namespace commitbench::paged {

/// Bytes aligned to kMemoryAlignment, uninitialised. Owns them.
class AlignedBuffer {
  public:
    AlignedBuffer() = default;
    /// Throws std::bad_alloc.
    explicit AlignedBuffer(std::size_t bytes)
        : data_(static_cast<std::uint8_t*>(
              ::operator new (bytes, std::align_val_t{kMemoryAlignment}))),
          size_(bytes) {}
    AlignedBuffer(AlignedBuffer&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    AlignedBuffer& operator=(AlignedBuffer&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~AlignedBuffer() { ::operator delete (data_, std::align_val_t{kMemoryAlignment}); }

    [[nodiscard]] std::uint8_t* data() noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

  private:
    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace commitbench::paged
