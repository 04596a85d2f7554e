// SPDX-License-Identifier: Apache-2.0
// Extent: where a record lies in the data file.
#pragma once

#include <cstdint>

namespace commitbench::paged {

/// What a disk writes whole or not at all: the unit of space, of alignment and of tearing.
inline constexpr std::uint32_t kSectorBytes = 512;
/// A page of the file system: what it gives space in, and writes best as a whole.
inline constexpr std::uint32_t kPageSectors = 8;
inline constexpr std::uint32_t kPageBytes = kPageSectors * kSectorBytes;
inline constexpr std::uint32_t kMaxExtentSectors = 65'535;
/// Sectors of the data file stay below this, so that an Extent packs into 55 bits.
inline constexpr std::uint64_t kSectorLimit = std::uint64_t{1} << 39;

/// A run of sectors of the data file. Valid until it is released and the next checkpoint is there.
struct Extent {
    std::uint64_t sector = 0;
    std::uint32_t sectors = 0;  ///< 0: no extent

    bool operator==(const Extent&) const = default;

    [[nodiscard]] bool is_none() const noexcept { return sectors == 0; }
    [[nodiscard]] std::uint64_t offset() const noexcept { return sector * kSectorBytes; }
    [[nodiscard]] std::uint32_t bytes() const noexcept { return sectors * kSectorBytes; }

    /// Below 2^55, and 0 only for no extent: sector << 16 | sectors.
    [[nodiscard]] std::uint64_t packed() const noexcept { return sector << 16 | sectors; }
    [[nodiscard]] static Extent unpack(std::uint64_t packed) noexcept {
        return {packed >> 16, static_cast<std::uint32_t>(packed & 0xffff)};
    }
};

}  // namespace commitbench::paged
