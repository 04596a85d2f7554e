// SPDX-License-Identifier: Apache-2.0
// Shapes: which locations a peer-to-peer payment reads and writes.
//
// Known (R. Gelashvili, A. Spiegelman, Z. Xiang, G. Danezis, Z. Li, D. Malkhi, Y. Xia, R. Zhou,
// "Block-STM: Scaling Blockchain Execution by Turning Ordering Curse to a Performance Blessing",
// PPoPP 2023, its evaluation): a payment does 21 reads and 4 writes on Diem, 8 reads and 5 writes
// on Aptos, between two different accounts drawn uniformly, and how many accounts there are sets
// how much they conflict.
//
// Ours, for the paper does not list them: which locations these are. Each account has a few
// records, and there is on-chain configuration that every transaction reads and none writes:
//
//   record     diem: sender  receiver   aptos: sender  receiver
//   account    write         read       write          read       sequence number
//   balance    write         write      write          write      coins
//   sent       -             -          write          -          payments sent (an event counter)
//   received   -             write      -              write      payments received (the same)
//   frozen     read          read       -              -
//   role       read          read       -              -
//   config     12 reads                 2 reads
//
// "write" is a read and a write. All accesses of one transaction are to different locations.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace commitbench::p2p {

/// A kind of location. `config` belongs to the chain, the others to an account.
enum class Record : std::uint8_t { account, balance, sent, received, frozen, role, config };

struct Access {
    Record record;
    bool writes;
};

struct Shape {
    std::string_view name;
    std::uint32_t configs;             ///< read by every transaction, first
    std::span<const Record> records;   ///< each account has these
    std::span<const Access> sender;    ///< in this order, after the configs
    std::span<const Access> receiver;  ///< then these
};

extern const Shape kDiem;
extern const Shape kAptos;

/// Most accesses that one side has, in all shapes.
inline constexpr std::size_t kMostAccesses = 5;

}  // namespace commitbench::p2p
