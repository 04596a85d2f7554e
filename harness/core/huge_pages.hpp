// SPDX-License-Identifier: Apache-2.0
// Memory for large tables that are read at random places.
//
// With 4 KiB pages nearly every access to a resident state of 100 MiB misses the TLB, and inside a
// virtual machine such a miss costs as much as the cache miss itself. The kernel gives 2 MiB pages
// where it is asked to
// ("madvise", the default of Debian) or always; where it gives none, everything works as before.
#pragma once

#include <cstddef>

namespace commitbench {

inline constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;

/// `bytes` of memory, uninitialised; from kHugePageBytes on aligned to it and advised to the
/// kernel. Throws std::bad_alloc.
[[nodiscard]] void* allocate_pages(std::size_t bytes);
void free_pages(void* memory, std::size_t bytes) noexcept;

/// For standard and absl containers.
template<class T>
struct HugePageAllocator {
    using value_type = T;

    HugePageAllocator() = default;
    template<class U>
    HugePageAllocator(const HugePageAllocator<U>& /*other*/) noexcept {
    }  // NOLINT: as allocators do

    [[nodiscard]] T* allocate(std::size_t count) {
        return static_cast<T*>(allocate_pages(count * sizeof(T)));
    }
    void deallocate(T* memory, std::size_t count) noexcept {
        free_pages(memory, count * sizeof(T));
    }

    bool operator==(const HugePageAllocator&) const = default;
};

}  // namespace commitbench
