// SPDX-License-Identifier: Apache-2.0
// Tree: the whole trie, in memory where it is used, in a RecordStore otherwise.
//
//                       [page, depth 0]                      bottom slot -> page at depth 6
//                      /       |       \                      top slice: much written below
//   - - - - - - - - - / - - - -|- - - - \ - - - - - - - - - - - - - - - - - - - - - - - - -
//              [page]       [page]      ...                  slices: whole sub-trees
//              /   \        /   \                                                        .
//         [page] (bucket) [page] ...
//         /   \             |
//   (bucket) (bucket)    (bucket)
#pragma once

#include "backends/paged/slice.hpp"
#include "harness/runtime/worker_pool.hpp"

namespace commitbench::paged {

struct TreeSettings {
    HashFunction hash = HashFunction::blake3;
    BucketLimit limit{};
    /// What pages and buckets may take between blocks, in bytes; a block's own working set comes on
    /// top. Meaningless without a store: everything stays.
    std::uint64_t cache_bytes = 0;
};

/// stage, merkleize, then a commit of the store with this tree as its source, then end_block, from
/// one thread; readers (TreeReader) from many threads between end_block and stage, and from this
/// one thread up to merkleize: stage only loads, so that the trie is still the old one. After an
/// error only destruction.
class Tree final : public RecordSource {
  public:
    /// Borrows pool and store; `store` null: everything is resident.
    Tree(const TreeSettings& settings, WorkerPool& pool, RecordStore* store);
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;
    ~Tree() override;

    /// Takes up what the store has: its top record; the rest comes when it is used.
    Status open(const StoredTree& stored);
    /// Directly after open(): takes the cache's memory from the system, and brings pages into it,
    /// level by level from the top, until all are there or they take half of it, and 256 a worker
    /// beyond. Returns how many are there. Reads one record a page, with all workers.
    Result<std::uint64_t> prepopulate();

    /// `writes` are sorted, each key once, and outlive end_block().
    Status stage(std::span<const KeyWrite> writes);
    Result<Node> merkleize();
    /// After the store's commit: evicts down to the cache's size.
    void end_block();
    /// Instead, after the store's write_part_of_load(): the keys to come are above those that were
    /// written, so buckets go however little memory is in use. It stays with their sizes, and what
    /// is needed next are pages.
    void end_load_part();

    [[nodiscard]] const Node& root() const noexcept { return root_; }
    [[nodiscard]] const NodeHasher& hasher() const noexcept { return hasher_; }
    [[nodiscard]] const TreeMemory& memory() const noexcept { return memory_; }
    [[nodiscard]] const HashWork& work() const noexcept { return work_; }

    // RecordSource.
    Status write_changed(RecordSink& sink) override;
    std::vector<RecordId> take_dropped() override { return std::exchange(dropped_, {}); }
    [[nodiscard]] RecordId top() const override;
    [[nodiscard]] bool is_empty() const override {
        return top_page_ == nullptr && top_bucket_ == nullptr;
    }
    [[nodiscard]] std::uint64_t changed_bytes() const override { return changed_bytes_; }

  private:
    friend class TreeReader;
    friend class Prover;

    void merkleize_small();
    [[nodiscard]] std::uint32_t share_of(std::uint32_t rest) const noexcept;
    void share_out();
    Status walk_slices();
    Status write_page(Page& page, const StateKey& below, RecordSink& sink);
    enum class Evicted : std::uint8_t { buckets, pages_too };
    void evict_round(std::uint64_t target, Evicted what);
    void evict(Page& page, std::uint64_t target, Evicted what);

    TreeSettings settings_;
    NodeHasher hasher_;
    WorkerPool& pool_;
    RecordStore* store_;
    TreeMemory memory_;
    std::vector<Worker> workers_;

    // At most one of the two; neither: the trie is empty.
    Page* top_page_ = nullptr;
    Bucket* top_bucket_ = nullptr;
    Node root_{};

    BlockWrites block_{};
    Slice top_;
    std::vector<std::unique_ptr<Slice>> slices_;  // kept across blocks for their memory
    std::vector<Slice*> used_;                    // of them, by the block under way
    std::vector<LeafView> leaves_;
    std::vector<RecordId> dropped_;
    std::uint64_t changed_bytes_ = 0;
    std::uint32_t hand_ = 0;  // of the eviction: the top page's bottom slot where it goes on
    HashWork work_;
    Bytes image_;  // of the page being written
};

}  // namespace commitbench::paged
