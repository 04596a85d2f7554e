// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/file/superblock.hpp"

#include "backends/paged/file/aligned_buffer.hpp"
#include "backends/paged/file/transfers.hpp"
#include "backends/paged/file/zeros.hpp"
#include "backends/store/io_error.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <xxhash.h>

namespace commitbench::paged {
namespace {

constexpr std::array<char, 32> kMagic{"commitbench paged data file 2"};

/// A copy as it lies in its sector. Little-endian.
struct Image {
    std::array<char, 32> magic{};
    std::uint64_t checksum = 0;  // XXH3-64 of what follows
    std::uint64_t identity = 0;
    std::uint64_t sequence = 0;
    std::uint64_t log_epoch = 0;
    std::uint64_t log_bytes = 0;
    std::uint64_t allocation_map = 0;  // packed
    std::uint64_t has_checkpoint = 0;
    std::uint64_t block = 0;
    std::array<std::uint8_t, 32> root{};
    std::uint64_t top = 0;  // packed
    std::uint64_t keys = 0;
    std::array<std::uint8_t, 368> zeros{};
};
static_assert(sizeof(Image) == kSectorBytes);

constexpr std::size_t kChecksumEnd = offsetof(Image, checksum) + sizeof(std::uint64_t);
constexpr std::array<std::uint32_t, 2> kCopies{0, 7};  // sectors of a slot
constexpr std::uint32_t kSlotSectors = 8;
constexpr std::uint32_t kSlotBytes = kSlotSectors * kSectorBytes;
constexpr std::uint32_t kBytes = kSuperblockSectors * kSectorBytes;

std::uint64_t checksum_of(const Image& image) {
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(&image);
    return XXH3_64bits(bytes + kChecksumEnd, sizeof image - kChecksumEnd);
}

Image encode(const Superblock& superblock) {
    Image image;
    image.magic = kMagic;
    image.identity = superblock.identity;
    image.sequence = superblock.sequence;
    image.log_epoch = superblock.log_epoch;
    image.log_bytes = superblock.log_bytes;
    image.allocation_map = superblock.allocation_map.packed();
    if (superblock.checkpoint) {
        image.has_checkpoint = 1;
        image.block = superblock.checkpoint->block;
        image.root = superblock.checkpoint->root.bytes;
        image.top = superblock.checkpoint->top.packed();
        image.keys = superblock.checkpoint->keys;
    }
    image.checksum = checksum_of(image);
    return image;
}

std::optional<Superblock> decode(const std::uint8_t* sector) {
    Image image;
    std::memcpy(&image, sector, sizeof image);
    if (image.magic != kMagic || image.checksum != checksum_of(image)) {
        return std::nullopt;
    }
    Superblock superblock{image.identity,
                          image.sequence,
                          image.log_epoch,
                          image.log_bytes,
                          Extent::unpack(image.allocation_map),
                          std::nullopt};
    if (image.has_checkpoint != 0) {
        superblock.checkpoint =
            Checkpoint{image.block, Root{image.root}, Extent::unpack(image.top), image.keys};
    }
    return superblock;
}

}  // namespace

Result<SuperblockSlots> SuperblockSlots::open(DiskFile& data,
                                              const std::filesystem::path& directory) {
    auto queue = data.open_queue(QueueUse::batches);
    if (!queue) {
        return queue.error();
    }
    SuperblockSlots slots(data, directory);
    slots.queue_ = std::move(*queue);
    return slots;
}

Result<std::optional<Superblock>> SuperblockSlots::load() {
    const std::int64_t size = data_->size();
    if (size < 0) {
        return disk_error("reading the size of", *data_, directory_, static_cast<int>(-size));
    }
    AlignedBuffer buffer(kBytes);
    std::memset(buffer.data(), 0, kBytes);
    // Creation may be cut short before the file has its first bytes, but not after the first sync.
    const auto present = std::min<std::int64_t>(size, kBytes) / kSectorBytes * kSectorBytes;
    if (present > 0) {
        std::array<Transfer, 1> batch{
            Transfer{Transfer::Kind::read, 0, buffer.data(), static_cast<std::uint32_t>(present)}};
        COMMITBENCH_TRY(run_transfers(*queue_, batch, *data_, directory_));
    }

    std::optional<Superblock> newest;
    bool copies_differ = false;
    for (std::uint32_t slot = 0; slot < 2; ++slot) {
        const std::span bytes(buffer.data() + std::size_t{slot} * kSlotBytes, kSlotBytes);
        std::array<std::optional<Superblock>, 2> copies;
        for (std::size_t i = 0; i < copies.size(); ++i) {
            copies[i] = decode(&bytes[std::size_t{kCopies[i]} * kSectorBytes]);
        }
        if (!copies[0] && !copies[1] && !is_zero(bytes)) {
            return damaged_files("paged", directory_,
                                 "both copies of a superblock in file 'data' are damaged");
        }
        for (const auto& copy : copies) {
            if (copy && (!newest || copy->sequence > newest->sequence)) {
                newest = copy;
            }
        }
        copies_differ = copies_differ || copies[0].has_value() != copies[1].has_value() ||
                        (copies[0] && copies[0]->sequence != copies[1]->sequence);
    }
    if (!newest) {
        // The file grows past the slots only after they were synced.
        if (size > kBytes) {
            return damaged_files("paged", directory_, "file 'data' has no superblock");
        }
        return std::optional<Superblock>{};
    }
    if (newest->sequence > 0 &&
        is_zero({buffer.data() + (newest->sequence + 1) % 2 * kSlotBytes, kSlotBytes})) {
        return damaged_files("paged", directory_, "a superblock in file 'data' is gone");
    }
    if (copies_differ) {
        COMMITBENCH_TRY(store(*newest));
    }
    return newest;
}

Status SuperblockSlots::store(const Superblock& superblock) {
    AlignedBuffer buffer(kSlotBytes);
    std::memset(buffer.data(), 0, kSlotBytes);
    const Image image = encode(superblock);
    for (const std::uint32_t sector : kCopies) {
        std::memcpy(buffer.data() + std::size_t{sector} * kSectorBytes, &image, sizeof image);
    }
    std::array<Transfer, 1> batch{Transfer{
        Transfer::Kind::write, superblock.sequence % 2 * kSlotBytes, buffer.data(), kSlotBytes}};
    COMMITBENCH_TRY(run_transfers(*queue_, batch, *data_, directory_));
    if (const int number = data_->sync(); number != 0) {
        return disk_error("syncing", *data_, directory_, number);
    }
    return {};
}

}  // namespace commitbench::paged
