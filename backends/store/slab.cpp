// SPDX-License-Identifier: Apache-2.0
#include "backends/store/slab.hpp"

#include "harness/core/huge_pages.hpp"

#include <new>

namespace commitbench {
namespace {

constexpr std::size_t kChunkBytes = kHugePageBytes;

/// Classes below this one hold blocks of at most kLargestSmall bytes.
constexpr std::size_t kFirstLargeClass = 64 + 5 * 8;

}  // namespace

Slab::~Slab() {
    for (std::uint8_t* const chunk : chunks_) {
        free_pages(chunk, kChunkBytes);
    }
    while (large_.next != &large_) {
        free_large(reinterpret_cast<std::uint8_t*>(large_.next + 1));
    }
}

std::uint64_t Slab::chunks_for(const Demand& demand) const noexcept {
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < kFirstLargeClass; ++i) {
        if (demand.blocks_[i] > free_[i].count) {
            bytes += (demand.blocks_[i] - free_[i].count) * class_size(i);
        }
    }
    // A chunk is left when the next block does not fit: at worst with one byte less than the
    // largest block.
    constexpr std::uint64_t kSure = kChunkBytes - kLargestSmall;
    const std::uint64_t left =
        chunks_.empty() ? 0 : (chunks_.size() - current_) * kChunkBytes - used_;
    const std::uint64_t spare = chunks_.empty() ? 0 : (chunks_.size() - current_) * kLargestSmall;
    const std::uint64_t sure = left > spare ? left - spare : 0;
    return bytes <= sure ? 0 : (bytes - sure + kSure - 1) / kSure;
}

std::uint64_t Slab::bytes_with(const Demand& demand) const noexcept {
    std::uint64_t bytes = bytes_held_ + chunks_for(demand) * kChunkBytes;
    for (std::size_t i = kFirstLargeClass; i < kClasses; ++i) {
        if (demand.blocks_[i] > free_[i].count) {
            bytes += (demand.blocks_[i] - free_[i].count) * (class_size(i) + sizeof(LargeHeader));
        }
    }
    return bytes;
}

void Slab::provide(const Demand& demand) {
    for (std::uint64_t chunks = chunks_for(demand); chunks > 0; --chunks) {
        add_chunk();
    }
    for (std::size_t i = kFirstLargeClass; i < kClasses; ++i) {
        while (free_[i].count < demand.blocks_[i]) {
            push_free(allocate_large(i), i);
        }
    }
}

void Slab::fetch_ahead(std::uint64_t bytes) noexcept {
    constexpr std::size_t kSmallestPage = 4096;
    try {
        const std::uint64_t untouched = chunks_.empty() ? 0 : chunks_.size() - current_ - 1;
        for (std::uint64_t got = untouched * kChunkBytes; got + kChunkBytes <= bytes;
             got += kChunkBytes) {
            add_chunk();
            for (std::size_t at = 0; at < kChunkBytes; at += kSmallestPage) {
                static_cast<volatile std::uint8_t*>(chunks_.back())[at] = 0;
            }
        }
    } catch (const std::bad_alloc&) {
        return;  // it was only for speed
    }
}

void Slab::drop_spare_large() noexcept {
    for (std::size_t i = kFirstLargeClass; i < kClasses; ++i) {
        while (free_[i].first != nullptr) {
            FreeBlock* const block = free_[i].first;
            free_[i].first = block->next;
            --free_[i].count;
            free_large(reinterpret_cast<std::uint8_t*>(block));
        }
    }
}

void Slab::free(std::uint8_t* block, std::size_t size) noexcept {
    const std::size_t size_class = class_of(size);
    if (size_class >= kFirstLargeClass) {
        free_large(block);
    } else {
        push_free(block, size_class);
    }
}

std::uint8_t* Slab::allocate_fresh(std::size_t size_class) {
    if (size_class >= kFirstLargeClass) {
        return allocate_large(size_class);
    }
    const std::size_t size = class_size(size_class);
    if (chunks_.empty()) {
        add_chunk();
    }
    if (used_ + size > kChunkBytes) {
        if (current_ + 1 == chunks_.size()) {
            add_chunk();
        }
        ++current_;
        used_ = 0;
    }
    std::uint8_t* const block = chunks_[current_] + used_;
    used_ += size;
    return block;
}

std::uint8_t* Slab::allocate_large(std::size_t size_class) {
    const std::size_t bytes = sizeof(LargeHeader) + class_size(size_class);
    auto* const header = new (allocate_pages(bytes)) LargeHeader{&large_, large_.next, bytes};
    large_.next->previous = header;
    large_.next = header;
    bytes_held_ += bytes;
    return reinterpret_cast<std::uint8_t*>(header + 1);
}

void Slab::free_large(std::uint8_t* block) noexcept {
    // INVARIANT: the block came from allocate_large, so its header stands right before it.
    LargeHeader* const header = reinterpret_cast<LargeHeader*>(block) - 1;
    header->previous->next = header->next;
    header->next->previous = header->previous;
    bytes_held_ -= header->bytes;
    free_pages(header, header->bytes);
}

void Slab::add_chunk() {
    chunks_.reserve(chunks_.size() + 1);
    chunks_.push_back(static_cast<std::uint8_t*>(allocate_pages(kChunkBytes)));
    bytes_held_ += kChunkBytes;
}

void Slab::push_free(std::uint8_t* block, std::size_t size_class) noexcept {
    free_[size_class].first = new (block) FreeBlock{free_[size_class].first};
    ++free_[size_class].count;
}

}  // namespace commitbench
