// SPDX-License-Identifier: Apache-2.0
// RecordStore: where the tree's pages and buckets are kept, one commit point a block.
#pragma once

#include "backends/paged/key_bits.hpp"
#include "harness/core/backend.hpp"

#include <functional>

namespace commitbench::paged {

enum class RecordKind : std::uint8_t { page, bucket };

/// A record's name: what it is and where in the trie. `stored_at` is what write() gave for it.
struct RecordId {
    RecordKind kind = RecordKind::page;
    Place place{};
    std::uint64_t stored_at = 0;
};

/// Reads records for one thread.
class RecordReader {
  public:
    struct Request {
        RecordId id{};
        /// Out: valid until the next end() or the begin() after the next one, whichever is first,
        /// and until the store's next commit.
        ByteView image{};
    };
    virtual ~RecordReader() = default;
    /// Begins to read all of them together: one batch. INVARIANT: at most one is under way.
    virtual void begin(std::span<const Request> requests) = 0;
    /// Waits for the oldest batch under way, whose requests these are. corrupt where one is not
    /// there; then only destruction, if another is under way.
    virtual Status end(std::span<Request> requests) = 0;
    /// Both, one after the other. INVARIANT: no batch is under way.
    Status read(std::span<Request> requests) {
        begin(requests);
        return end(requests);
    }
};

/// Takes what the tree has to write.
class RecordSink {
  public:
    virtual ~RecordSink() = default;
    /// Returns the record's stored_at: above 0, below 2^55. A bucket's image stays as it is until
    /// the commit ends, a page's only for the call.
    virtual Result<std::uint64_t> write(RecordKind kind, const Place& place, ByteView image) = 0;
};

/// The tree, as a store sees it during a commit.
class RecordSource {
  public:
    virtual ~RecordSource() = default;
    /// Hands every record that differs from what the store has to the sink, those below before
    /// those above, and takes them for written.
    virtual Status write_changed(RecordSink& sink) = 0;
    /// Records that stores hold and the tree no longer has; the call empties the list.
    virtual std::vector<RecordId> take_dropped() = 0;
    /// The root's record, for a tree that is not empty: page or bucket.
    [[nodiscard]] virtual RecordId top() const = 0;
    [[nodiscard]] virtual bool is_empty() const = 0;
    /// Memory of records that are changed and not written.
    [[nodiscard]] virtual std::uint64_t changed_bytes() const = 0;
};

/// A logical change, for a store that keeps a log of blocks.
struct KeyWrite {
    StateKey key;
    ByteView value{};
    bool deleted = false;
};

/// What the store was left at.
struct StoredTree {
    Position position{};
    bool empty = true;  ///< the tree has no leaf
    RecordId top{};     ///< meaningful where not empty
};

/// One writer; readers from many threads, none during a commit.
class RecordStore {
  public:
    virtual ~RecordStore() = default;
    [[nodiscard]] virtual Result<std::unique_ptr<RecordReader>> open_reader() = 0;

    /// nullopt: nothing was ever committed.
    [[nodiscard]] virtual std::optional<StoredTree> stored() const = 0;
    /// Blocks that were committed after stored(), oldest first: a store with a log hands them back
    /// so that the tree applies them again. Called once, after open.
    virtual Status replay(const std::function<Status(std::uint64_t block,
                                                     const Root& root,
                                                     std::span<const KeyWrite> writes)>& apply) = 0;

    virtual Status begin_load() = 0;
    /// In the course of a load: writes what changed, so that it can leave memory. Not a commit.
    virtual Status write_part_of_load(RecordSource& tree) = 0;
    virtual Status commit_load(RecordSource& tree, const Root& root) = 0;
    /// Makes the block durable as the cell asks. Whether the records are written now or at a later
    /// commit is the store's choice.
    virtual Status commit_block(std::uint64_t block,
                                const Root& root,
                                std::span<const KeyWrite> writes,
                                RecordSource& tree) = 0;

    virtual void counters(CounterVisitor& visitor) const = 0;
    virtual void facts(FactVisitor& visitor) const = 0;
};

}  // namespace commitbench::paged
