// SPDX-License-Identifier: Apache-2.0
// Recording: the reference executor's results, handed from its process to this one through a file.
//
//   for each block, in this machine's byte order:
//     u64 number, reads, state reads, writes, receipts, changes
//     a receipt:  u64 status, u64 digest
//     a change:   32 bytes key, u32 old state | deleted << 8, u32 old length, u32 new length, old
//     bytes, new bytes
//   and, where access sets were asked for, after (or instead of) it:
//     u64 number, keys, transactions, accesses
//     the keys, the transactions + 1 begins (u32), the accesses (u32: key << 1 | write)
//
// Never read by another run: the file has no name.
#pragma once

#include "harness/core/block.hpp"
#include "harness/core/result.hpp"

#include <cstdio>
#include <memory>
#include <optional>

namespace commitbench {

struct CloseFile {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

/// A new file in the system's temporary folder, already unlinked; a forked child shares it.
[[nodiscard]] Result<File> make_unnamed_file();

/// Appends. The caller flushes.
Status write_result(std::FILE* file, std::uint64_t number, const BlockResult& result);

/// Reads the next result into `result` (cleared before). Fails with corrupt where the file ends
/// early or has another block.
Status read_result(std::FILE* file, std::uint64_t number, BlockResult& result);

/// The same for the access sets of a block.
Status write_access_sets(std::FILE* file, std::uint64_t number, const AccessSets& sets);
[[nodiscard]] Result<AccessSets> read_access_sets(std::FILE* file, std::uint64_t number);

/// A workload's block together with what was recorded of it.
class RecordedBlock final : public Block {
  public:
    explicit RecordedBlock(std::unique_ptr<Block> block) : block_(std::move(block)) {}
    /// Reads what comes next in the recording. Once each at most.
    Status take_result(std::FILE* recording);
    Status take_access_sets(std::FILE* recording);
    [[nodiscard]] std::uint64_t number() const override { return block_->number(); }
    [[nodiscard]] std::uint32_t size() const override { return block_->size(); }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override {
        return block_->execute(index, state);
    }
    [[nodiscard]] const BlockResult* recorded() const override { return result_.get(); }
    [[nodiscard]] const AccessSets* access_sets() const override {
        return access_sets_ ? &*access_sets_ : nullptr;
    }

  private:
    std::unique_ptr<Block> block_;
    std::unique_ptr<BlockResult> result_;
    std::optional<AccessSets> access_sets_;
};

}  // namespace commitbench
