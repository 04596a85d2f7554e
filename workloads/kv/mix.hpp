// SPDX-License-Identifier: Apache-2.0
// Mixes: how many operations of each kind a block has, and in which of its transactions they stand.
//
// A mix is exact, not drawn: a share s of the N operations of a block is round(s * N) of them, and
// only their places are left to chance. So the number of items inserted before a block is known
// without making the blocks before it.
//
//   custom     every transaction does `reads` reads, `rmw` read-modify-writes and `writes` writes;
//              of the last two kinds a share `fresh-share` inserts instead, and a share
//              `delete-share` erases
//   a .. f     the core workloads of YCSB (B. Cooper, A. Silberstein, E. Tam, R. Ramakrishnan,
//              R. Sears, "Benchmarking cloud serving systems with YCSB", SoCC 2010), `operations`
//              a transaction:
//                a  50 % read, 50 % write        d  95 % read, 5 % insert
//                b  95 % read, 5 % write         e  95 % scan, 5 % insert
//                c  100 % read                   f  50 % read, 50 % read-modify-write
//              A scan reads 1..`scan-length` items that follow one another by number, the first one
//              after the last, one by one: the state has no order to scan in.
#pragma once

#include "workloads/distribution.hpp"

#include <cstdint>

namespace commitbench::kv {

enum class Kind : std::uint8_t {
    read,
    rmw,     ///< reads, then writes
    write,   ///< without reading
    insert,  ///< writes an item that was never there
    erase,   ///< without reading
    scan,
};

/// What one transaction asks for before shares are applied, or 'a'..'f'.
struct MixSettings {
    char preset = 0;               ///< 'a'..'f'; 0: custom
    std::uint32_t operations = 0;  ///< a transaction; used by a preset
    std::uint32_t reads = 0;       ///< a transaction, as the others; used by custom
    std::uint32_t rmw = 0;
    std::uint32_t writes = 0;
    double fresh_share = 0;  ///< 0..1, and with delete_share at most 1; used by custom
    double delete_share = 0;
};

/// Immutable; thread-safe.
class Mix {
  public:
    /// INVARIANT: settings as they say; block_size >= 1.
    Mix(const MixSettings& settings, std::uint32_t block_size) noexcept;

    /// Operations of a transaction; a scan is one.
    [[nodiscard]] std::uint32_t operations() const noexcept { return operations_; }
    /// Inserts of a block.
    [[nodiscard]] std::uint64_t inserts() const noexcept { return inserts_; }

    /// Which operations the transactions of one block do. Borrows the Mix.
    class Dealt {
      public:
        /// INVARIANT: transaction < block_size, operation < operations().
        [[nodiscard]] Kind kind(std::uint64_t transaction, std::uint32_t operation) const noexcept;

      private:
        friend class Mix;
        Dealt(const Mix& mix, std::uint64_t seed) noexcept
            : mix_(mix), scatter_(mix.places_, seed) {}
        const Mix& mix_;
        Scatter scatter_;
    };
    /// `seed`: of the block.
    [[nodiscard]] Dealt deal(std::uint64_t seed) const noexcept { return {*this, seed}; }

  private:
    std::uint32_t operations_;
    std::uint32_t dealt_from_;  // operations before this one have the kind that they ask for
    std::uint64_t places_;      // operations of a block that shares are taken of; 1 where none
    // What is asked for: `main_` of the kind main_kind_, then `rmw_`, then writes.
    Kind main_kind_;
    std::uint32_t main_;
    std::uint32_t rmw_;
    // What shares make of it: of the places, in scattered order, the first ones.
    std::uint64_t inserts_ = 0;
    std::uint64_t others_ = 0;  // after these
    Kind other_kind_ = Kind::erase;
};

}  // namespace commitbench::kv
