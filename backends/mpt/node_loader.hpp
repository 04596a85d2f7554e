// SPDX-License-Identifier: Apache-2.0
// NodeLoader: brings stored nodes into the block's arena, on demand.
#pragma once

#include "backends/mpt/node_codec.hpp"
#include "backends/store/store.hpp"

#include <vector>

namespace commitbench::mpt {

/// Reads nodes from the store into the arena. Not thread-safe.
class NodeLoader {
  public:
    NodeLoader(Arena& arena, StoreReader& reader, Table nodes) noexcept
        : arena_(arena), reader_(reader), nodes_(nodes) {}

    /// The node behind an item, clean; null on failure, which error() then tells. One read of the
    /// store for a hash item, none for an embedded node.
    [[nodiscard]] Node* load(const std::uint8_t* item);

    /// Makes a stored child a loaded one, which remembers its item. False on failure.
    [[nodiscard]] bool load_into(ChildRef& ref);

    /// The same for many at once, with batched reads of the store; those that are loaded already
    /// stay as they are. False on failure. INVARIANT: none is empty.
    [[nodiscard]] bool load_together(std::span<ChildRef* const> refs);

    /// INVARIANT: the last call returned null or false.
    [[nodiscard]] const Error& error() const noexcept { return *error_; }

    [[nodiscard]] std::uint64_t loaded() const noexcept { return loaded_; }
    [[nodiscard]] std::uint64_t loaded_bytes() const noexcept { return loaded_bytes_; }

  private:
    /// Decodes what the store answered for a hash; null (and error_) where it is missing or no
    /// node.
    [[nodiscard]] Node* take(ByteView hash, const std::optional<ByteView>& found);

    Arena& arena_;
    StoreReader& reader_;
    Table nodes_;
    std::uint64_t loaded_ = 0;        // nodes read from the store
    std::uint64_t loaded_bytes_ = 0;  // their RLP
    std::vector<ChildRef*> waiting_;
    std::vector<ByteView> hashes_;
    std::vector<std::optional<ByteView>> found_;
    std::optional<Error> error_;
};

}  // namespace commitbench::mpt
