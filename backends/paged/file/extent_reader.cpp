// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/file/extent_reader.hpp"

#include "backends/paged/file/record.hpp"
#include "backends/paged/file/transfers.hpp"
#include "backends/store/io_error.hpp"

#include <bit>
#include <fmt/format.h>

namespace commitbench::paged {

Status ExtentReader::read(std::span<Request> requests) {
    std::uint64_t bytes = 0;
    for (const Request& request : requests) {
        bytes += request.extent.bytes();
    }
    if (bytes > buffer_.size()) {
        buffer_ = AlignedBuffer(std::bit_ceil(bytes));
    }
    transfers_.clear();
    std::uint8_t* to = buffer_.data();
    for (const Request& request : requests) {
        transfers_.push_back(
            {Transfer::Kind::read, request.extent.offset(), to, request.extent.bytes()});
        to += request.extent.bytes();
    }
    COMMITBENCH_TRY(run_transfers(*queue_, transfers_, *file_, *directory_));
    counters_->add(requests.size(), bytes);

    const std::uint8_t* from = buffer_.data();
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
