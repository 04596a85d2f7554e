// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/file/transfers.hpp"

#include "backends/store/io_error.hpp"

#include <fmt/format.h>
#include <vector>

namespace commitbench::paged {
namespace {

Error transfer_error(const Transfer& transfer,
                     const DiskFile& file,
                     const std::filesystem::path& directory) {
    const bool reading = transfer.kind == Transfer::Kind::read;
    const std::string what =
        fmt::format("paged: {} file '{}' at byte {}", reading ? "reading" : "writing", file.name(),
                    transfer.offset);
    if (transfer.result < 0) {
        const int number = -transfer.result;
        return io_error(what, directory, number);
    }
    if (reading) {
        // There is no more of the file: that is damage, not weather.
        return damaged_files("paged", directory,
                             fmt::format("file '{}' ends at byte {}, inside what it should hold",
                                         file.name(), transfer.offset));
    }
    return io_error(what, directory, "the system wrote nothing", false);
}

}  // namespace

Status finish_transfers(DiskQueue& queue,
                        std::span<Transfer> batch,
                        const DiskFile& file,
                        const std::filesystem::path& directory) {
    queue.finish(batch);
    std::vector<Transfer> rest;
    for (Transfer& transfer : batch) {
        if (static_cast<std::int64_t>(transfer.result) == transfer.bytes) {
            continue;
        }
        if (transfer.result <= 0) {
            return transfer_error(transfer, file, directory);
        }
        const auto done = static_cast<std::uint32_t>(transfer.result);
        transfer.offset += done;
        transfer.data += done;
        transfer.bytes -= done;
        rest.push_back(transfer);
    }
    // Each round moves every transfer on by a byte at least.
    return rest.empty() ? Status{} : run_transfers(queue, rest, file, directory);
}

Status run_transfers(DiskQueue& queue,
                     std::span<Transfer> batch,
                     const DiskFile& file,
                     const std::filesystem::path& directory) {
    queue.start(batch);
    return finish_transfers(queue, batch, file, directory);
}

Error disk_error(std::string_view doing,
                 const DiskFile& file,
                 const std::filesystem::path& directory,
                 int number) {
    return io_error(fmt::format("paged: {} file '{}'", doing, file.name()), directory, number);
}

}  // namespace commitbench::paged
