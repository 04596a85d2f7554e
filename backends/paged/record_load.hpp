// SPDX-License-Identifier: Apache-2.0
// Records brought into memory: an image made into a page or bucket, and what a part of the tree
// lacks read together.
#pragma once

#include "backends/paged/page.hpp"
#include "backends/paged/record_store.hpp"

namespace commitbench::paged {

/// corrupt where the image is not what was asked for.
[[nodiscard]] Result<Ref> load_record(TreeMemory& memory, const RecordReader::Request& request);
/// INVARIANT: ref is resident and of this kind.
void free_record(TreeMemory& memory, RecordKind kind, Ref ref) noexcept;

/// What a slot refers to and the store alone has.
struct MissingRecord {
    Page* holder;
    std::uint32_t slot;
    RecordId id;
};

/// `key` is some key below the slot. INVARIANT: the slot has a reference that is not resident.
[[nodiscard]] MissingRecord missing_record(RecordKind kind,
                                           Page& holder,
                                           std::uint32_t slot,
                                           const StateKey& key);

/// Reads them in batches and makes their references resident. Threads may share pages, not slots.
Status load_missing(TreeMemory& memory,
                    RecordReader& reader,
                    std::span<const MissingRecord> missing);

}  // namespace commitbench::paged
