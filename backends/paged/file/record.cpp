// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/file/record.hpp"

#include <bit>
#include <cstring>
#include <xxhash.h>

namespace commitbench::paged {
namespace {

static_assert(std::endian::native == std::endian::little, "the files are little-endian");
static_assert(kMaxPayloadBytes < std::size_t{1} << 25, "a length fits beside a sector number");

std::uint64_t checksum(std::uint64_t identity, std::uint64_t sector, ByteView payload) noexcept {
    // Sector and length lie side by side, so that no two pairs of them give the same seed.
    const std::uint64_t place = sector << 25 | payload.size();
    return XXH3_64bits_withSeed(payload.data(), payload.size(), identity ^ place);
}

}  // namespace

void seal_record(std::uint64_t identity,
                 const Extent& extent,
                 ByteView payload,
                 std::uint8_t* out) noexcept {
    const std::size_t total = extent.bytes();
    const auto length = static_cast<std::uint32_t>(payload.size());
    std::uint8_t* const body = out + kRecordHeaderBytes;
    if (!payload.empty()) {
        std::memcpy(body, payload.data(), payload.size());
    }
    std::memset(body + length, 0, total - kRecordHeaderBytes - length);
    // Of the copy: it is in the cache by now, and is what goes to the disk.
    const std::uint64_t sum = checksum(identity, extent.sector, {body, length});
    std::memcpy(out, &sum, sizeof sum);
    std::memcpy(out + sizeof sum, &length, sizeof length);
}

std::optional<ByteView> open_record(std::uint64_t identity,
                                    const Extent& extent,
                                    ByteView bytes) noexcept {
    std::uint64_t sum = 0;
    std::uint32_t length = 0;
    std::memcpy(&sum, bytes.data(), sizeof sum);
    std::memcpy(&length, bytes.data() + sizeof sum, sizeof length);
    if (length > kMaxPayloadBytes || record_sectors(length) != extent.sectors) {
        return std::nullopt;
    }
    const ByteView payload = bytes.subspan(kRecordHeaderBytes, length);
    if (checksum(identity, extent.sector, payload) != sum) {
        return std::nullopt;
    }
    return payload;
}

}  // namespace commitbench::paged
