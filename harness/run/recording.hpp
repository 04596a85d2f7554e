// SPDX-License-Identifier: Apache-2.0
// Recording: the reference executor's results, handed from its process to this one through a file.
//
//   for each block, in this machine's byte order:
//     u64 number, reads, state reads, writes, receipts, changes
//     a receipt:  u64 status, u64 digest
//     a change:   32 bytes key, u32 old state | deleted << 8, u32 old length, u32 new length, old
//     bytes, new bytes
//
// Never read by another run: the file has no name.
#pragma once

#include "harness/core/block.hpp"
#include "harness/core/result.hpp"

#include <cstdio>
#include <memory>

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

/// A workload's block together with its recorded result.
class RecordedBlock final : public Block {
  public:
    RecordedBlock(std::unique_ptr<Block> block, std::unique_ptr<BlockResult> result)
        : block_(std::move(block)), result_(std::move(result)) {}
    [[nodiscard]] std::uint64_t number() const override { return block_->number(); }
    [[nodiscard]] std::uint32_t size() const override { return block_->size(); }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override {
        return block_->execute(index, state);
    }
    [[nodiscard]] const BlockResult* recorded() const override { return result_.get(); }

  private:
    std::unique_ptr<Block> block_;
    std::unique_ptr<BlockResult> result_;
};

}  // namespace commitbench
