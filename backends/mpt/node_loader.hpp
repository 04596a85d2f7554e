// SPDX-License-Identifier: Apache-2.0
// NodeLoader: brings stored nodes into the block's arena, on demand.
#pragma once

#include "backends/mpt/node_codec.hpp"
#include "backends/store/store.hpp"

namespace commitbench::mpt {

/// Loads one node at a time, when the update first needs it: the naive baseline reads lazily (a
/// batched or a prefetching loader is a trick with a name of its own). Not thread-safe.
class NodeLoader {
  public:
    NodeLoader(Arena& arena, StoreReader& reader, Table nodes) noexcept
        : arena_(arena), reader_(reader), nodes_(nodes) {}

    /// The node behind an item, clean; null on failure, which error() then tells. One read of the
    /// store for a hash item, none for an embedded node.
    [[nodiscard]] Node* load(const std::uint8_t* item);

    /// INVARIANT: the last load() returned null.
    [[nodiscard]] const Error& error() const noexcept { return *error_; }

    [[nodiscard]] std::uint64_t loaded() const noexcept { return loaded_; }
    [[nodiscard]] std::uint64_t loaded_bytes() const noexcept { return loaded_bytes_; }

  private:
    Arena& arena_;
    StoreReader& reader_;
    Table nodes_;
    std::uint64_t loaded_ = 0;        // nodes read from the store
    std::uint64_t loaded_bytes_ = 0;  // their RLP
    std::optional<Error> error_;
};

}  // namespace commitbench::mpt
