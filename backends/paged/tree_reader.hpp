// SPDX-License-Identifier: Apache-2.0
// TreeReader: execution's reads. What is not in memory is read, and stays there for the commit that
// will most likely change it.
#pragma once

#include "backends/paged/read_log.hpp"
#include "backends/paged/tree.hpp"

namespace commitbench::paged {

/// One a thread. The view that get() gives is valid until the tree's next stage().
class TreeReader final : public StateReader {
  public:
    /// Borrows the tree. `reader` may be null where the tree has no store. `log`: where to note the
    /// keys that get() is asked for; null: nowhere.
    TreeReader(Tree& tree,
               std::unique_ptr<RecordReader> reader,
               std::shared_ptr<ReadLog> log = nullptr)
        : tree_(tree), reader_(std::move(reader)), log_(std::move(log)) {}

    Result<std::optional<ByteView>> get(const StateKey& key) override;

    /// The bucket that the path of `key` ends in, or null, and the pages that lead there (an
    /// internal bottom slot each, then the last one's landing).
    struct Step {
        const Page* page;
        std::uint32_t slot;
    };
    Result<const Bucket*> descend(const StateKey& key, std::vector<Step>* steps);

  private:
    Result<Ref> bring(Page& page, std::uint32_t slot, const StateKey& key);

    Tree& tree_;
    std::unique_ptr<RecordReader> reader_;
    std::shared_ptr<ReadLog> log_;
};

}  // namespace commitbench::paged
