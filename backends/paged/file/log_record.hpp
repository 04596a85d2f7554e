// SPDX-License-Identifier: Apache-2.0
// A record of the block log.
//
//   0         8         16      24      32         40      48       56      64       64 + length
//   +---------+---------+-------+-------+----------+-------+--------+-------+---------+-------+
//   | header  | payload | epoch | life  | previous | block | length | flags | payload | zeros |
//   | checksum| checksum|       |       |          |       |        |       |         |       |
//   +---------+---------+-------+-------+----------+-------+--------+-------+---------+-------+
//
// Little-endian, padded to a sector. The header fits the record's first sector, so after a crash it
// is there as a whole or not at all. Why a record that lies there is the next one and nothing else:
//
//   epoch     the checkpoint that emptied the log: records of an earlier round do not pass
//   previous  the header checksum of the record before (0 for the first): with `life`, a random
//             number of the process's start, it chains the record to that very predecessor. After a
//             crash that lost record k and kept k + 1, the k that is written anew does not make the
//             old k + 1 its successor.
//   offset    is in the seed of both checksums, with the store's identity
#pragma once

#include "backends/paged/file/extent.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
// For the streaming state on the stack.
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

namespace commitbench::paged {

struct LogRecordHeader {
    std::uint64_t checksum = 0;  ///< XXH3-64 of the fields below
    std::uint64_t payload_checksum = 0;
    std::uint64_t epoch = 0;
    std::uint64_t life = 0;
    std::uint64_t previous = 0;
    std::uint64_t block = 0;
    std::uint64_t length = 0;
    std::uint64_t flags = 0;

    /// Flag: every record before this one was synced when this one was written. So where this one
    /// is whole and one before is not, the file is damaged.
    static constexpr std::uint64_t kFollowsSync = 1;

    [[nodiscard]] std::uint64_t make_checksum(std::uint64_t seed) const noexcept {
        std::array<std::uint8_t, sizeof(LogRecordHeader)> bytes{};
        std::memcpy(bytes.data(), this, bytes.size());
        return XXH3_64bits_withSeed(bytes.data() + sizeof checksum, bytes.size() - sizeof checksum,
                                    seed);
    }
};
static_assert(sizeof(LogRecordHeader) == 64);

/// Of the checksums of the record at byte `offset`.
[[nodiscard]] inline std::uint64_t log_seed(std::uint64_t identity, std::uint64_t offset) noexcept {
    return identity ^ offset;
}

/// Bytes that a record with `length` bytes of payload takes.
[[nodiscard]] inline std::uint64_t log_record_bytes(std::uint64_t length) noexcept {
    return (sizeof(LogRecordHeader) + length + kSectorBytes - 1) / kSectorBytes * kSectorBytes;
}

}  // namespace commitbench::paged
