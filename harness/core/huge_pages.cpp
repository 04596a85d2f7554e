// SPDX-License-Identifier: Apache-2.0
#include "harness/core/huge_pages.hpp"

#include <new>
#include <sys/mman.h>

namespace commitbench {

void* allocate_pages(std::size_t bytes) {
    if (bytes < kHugePageBytes) {
        return ::operator new(bytes);
    }
    void* const memory = ::operator new (bytes, std::align_val_t{kHugePageBytes});
    // Advice only: a kernel without huge pages says no, and the memory is as good as any.
    (void)::madvise(memory, bytes / kHugePageBytes * kHugePageBytes, MADV_HUGEPAGE);
    return memory;
}

void free_pages(void* memory, std::size_t bytes) noexcept {
    if (bytes < kHugePageBytes) {
        ::operator delete(memory);
        return;
    }
    ::operator delete (memory, std::align_val_t{kHugePageBytes});
}

}  // namespace commitbench
