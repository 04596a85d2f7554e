// SPDX-License-Identifier: Apache-2.0
// Batches of transfers carried to their end: short ones resumed, failures put into words.
#pragma once

#include "backends/paged/file/disk.hpp"

#include <filesystem>

namespace commitbench::paged {

/// Waits for the batch that `queue` has begun; what came short is asked for again until it is
/// whole. io where one failed or stays short; the message names file and offset. Transfers are
/// changed by resuming: their data and offset no longer mean what the caller set.
Status finish_transfers(DiskQueue& queue,
                        std::span<Transfer> batch,
                        const DiskFile& file,
                        const std::filesystem::path& directory);

/// start() and finish_transfers().
Status run_transfers(DiskQueue& queue,
                     std::span<Transfer> batch,
                     const DiskFile& file,
                     const std::filesystem::path& directory);

/// io, for an errno that is not of a transfer: "syncing 'data'".
[[nodiscard]] Error disk_error(std::string_view doing,
                               const DiskFile& file,
                               const std::filesystem::path& directory,
                               int number);

}  // namespace commitbench::paged
