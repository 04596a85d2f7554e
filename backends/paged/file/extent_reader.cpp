// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/file/extent_reader.hpp"

#include "backends/paged/file/record.hpp"
#include "backends/paged/file/transfers.hpp"
#include "backends/store/io_error.hpp"

#include <bit>
#include <fmt/format.h>

namespace commitbench::paged {

void ExtentReader::begin(std::span<const Request> requests) {
    Side& side = sides_[begun_++ % sides_.size()];
    std::uint64_t bytes = 0;
    for (const Request& request : requests) {
        bytes += request.extent.bytes();
    }
    if (bytes > side.buffer.size()) {
        side.buffer = AlignedBuffer(std::bit_ceil(bytes));
    }
    side.transfers.clear();
    std::uint8_t* to = side.buffer.data();
    for (const Request& request : requests) {
        side.transfers.push_back(
            {Transfer::Kind::read, request.extent.offset(), to, request.extent.bytes()});
        to += request.extent.bytes();
    }
    counters_->add(requests.size(), bytes);
    queue_->start(side.transfers);
}

Status ExtentReader::end(std::span<Request> requests) {
    Side& side = sides_[ended_++ % sides_.size()];
    COMMITBENCH_TRY(finish_transfers(*queue_, side.transfers, *file_, *directory_));

    const std::uint8_t* from = side.buffer.data();
    for (Request& request : requests) {
        const auto payload = open_record(identity_, request.extent, {from, request.extent.bytes()});
        if (!payload) {
            return damaged_files(
                "paged", *directory_,
                fmt::format("in file '{}' the record of {} bytes at byte {} is not "
                            "what was written there",
                            file_->name(), request.extent.bytes(), request.extent.offset()));
        }
        request.payload = *payload;
        from += request.extent.bytes();
    }
    return {};
}

}  // namespace commitbench::paged
