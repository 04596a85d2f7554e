// SPDX-License-Identifier: Apache-2.0
// A record of the data file: a payload that tells whether it is the one that was written there.
//
//   0         8        12                       12 + length     512 x sectors
//   +---------+--------+------------------------+---------------+
//   | checksum| length | payload                | zeros         |
//   +---------+--------+------------------------+---------------+
//
// Little-endian. The checksum is XXH3-64 over the payload; its seed holds the store's identity, the
// sector number and the length, so that a record that was read from elsewhere, or that an earlier
// store left on the same disk, does not pass. What it cannot tell is an older record of equal
// length at the same place, where a device lost a write that it had confirmed by a sync.
#pragma once

#include "backends/paged/file/extent.hpp"
#include "harness/core/bytes.hpp"

#include <optional>

namespace commitbench::paged {

inline constexpr std::uint32_t kRecordHeaderBytes = 12;
inline constexpr std::size_t kMaxPayloadBytes =
    std::size_t{kMaxExtentSectors} * kSectorBytes - kRecordHeaderBytes;

/// Sectors that a record with `payload` bytes takes. INVARIANT: payload <= kMaxPayloadBytes.
[[nodiscard]] constexpr std::uint32_t record_sectors(std::size_t payload) noexcept {
    return static_cast<std::uint32_t>((payload + kRecordHeaderBytes + kSectorBytes - 1) /
                                      kSectorBytes);
}

/// Writes the whole record, padding included: extent.bytes() at `out`. INVARIANT: the extent has
/// record_sectors(payload.size()) sectors.
void seal_record(std::uint64_t identity,
                 const Extent& extent,
                 ByteView payload,
                 std::uint8_t* out) noexcept;

/// The payload inside `bytes`, which were read from `extent`; nullopt where they are not what
/// seal_record() made for that place. INVARIANT: bytes.size() == extent.bytes() > 0.
[[nodiscard]] std::optional<ByteView> open_record(std::uint64_t identity,
                                                  const Extent& extent,
                                                  ByteView bytes) noexcept;

}  // namespace commitbench::paged
