// SPDX-License-Identifier: Apache-2.0
// BlockOverlay: the state as the transactions of one block see it, one after the other.
#pragma once

#include "harness/core/backend.hpp"
#include "harness/core/block.hpp"

#include <absl/container/flat_hash_map.h>
#include <optional>

namespace commitbench {

/// The writes of the block so far, over the state before it. Also keeps what it read of that state:
/// a second read of a key costs no second trip to the backend, and a Change gets its old value from
/// it. One thread.
class BlockOverlay final : public StateAccess {
  public:
    /// Forgets the block before. Values go into the arena of `result`'s diff, counts into `result`;
    /// both it and `reader` must outlive the block.
    void begin(StateReader& reader, BlockResult& result);
    /// Moves the net writes into the diff, sorted. Every written key gets a Change, even where the
    /// write gave back the old value: an executor that does not know the old value must come to the
    /// same diff.
    void finish();

    [[nodiscard]] StateRead read(const StateKey& key) override;
    void write(const StateKey& key, ByteView value) override;
    void erase(const StateKey& key) override;

    /// Why read() said stop: the reader failed. Nothing after it counts.
    [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }

  private:
    struct Entry {
        ByteView old_value;                 // in the diff's arena, as the next one
        std::span<std::uint8_t> new_value;  // meaningful where written and not deleted
        OldState old_state = OldState::unknown;
        bool written = false;
        bool deleted = false;  // meaningful where written
    };

    absl::flat_hash_map<StateKey, Entry> entries_;
    StateReader* reader_ = nullptr;
    BlockResult* result_ = nullptr;
    std::optional<Error> error_;
};

}  // namespace commitbench
