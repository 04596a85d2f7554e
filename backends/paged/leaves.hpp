// SPDX-License-Identifier: Apache-2.0
// A sub-tree's leaves between two shapes: taken out of buckets, merged with a block's writes, put
// into new buckets.
#pragma once

#include "backends/paged/bucket.hpp"
#include "backends/paged/record_store.hpp"
#include "backends/paged/tree_memory.hpp"

namespace commitbench::paged {

/// Borrows everything from a bucket or a block's writes.
struct LeafView {
    const StateKey* key;
    const Node* leaf;  ///< kTerminator where the leaf is yet to be hashed
    ByteView value;
};

/// How large a sub-tree may be and still lie in one bucket.
struct BucketLimit {
    std::uint32_t leaves = 1;     ///< at least 1
    std::size_t image_bytes = 0;  ///< 0: any; a single leaf always fits
};

[[nodiscard]] bool fits(std::span<const LeafView> leaves, const BucketLimit& limit);

/// Appends a bucket's leaves.
void append_leaves(const Bucket& bucket, std::vector<LeafView>& out);

/// Appends what is left of a bucket (null: of nothing) after the writes, which are sorted.
void append_merged(const Bucket* bucket,
                   std::span<const KeyWrite> writes,
                   std::vector<LeafView>& out);

enum class Overwritten : std::uint8_t { impossible, unchanged, changed };

/// Where the writes only replace values by others of the same length, they are done, in place, and
/// the leaves that they change wait to be hashed. Otherwise nothing is done.
[[nodiscard]] Overwritten overwrite(Bucket& bucket, std::span<const KeyWrite> writes);

/// A dirty bucket of its own for these leaves. INVARIANT: not empty, sorted, equal in their first
/// `depth` bits.
[[nodiscard]] Bucket* make_bucket(TreeMemory& memory,
                                  std::span<const LeafView> leaves,
                                  std::uint32_t depth);

inline void free_bucket(TreeMemory& memory, Bucket* bucket) noexcept {
    memory.free(bucket, Bucket::memory_size(bucket->size()));
}

}  // namespace commitbench::paged
