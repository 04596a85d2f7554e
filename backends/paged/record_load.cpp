// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/record_load.hpp"

#include "backends/paged/leaves.hpp"
#include "backends/paged/page_codec.hpp"
#include "codec/hex.hpp"

#include <array>
#include <fmt/format.h>

namespace commitbench::paged {
namespace {

/// A store may pin what one read returns (RocksDB: a cache block a record), and a disk wants a deep
/// queue.
constexpr std::size_t kReadsTogether = 256;

Error damaged(const RecordId& id) {
    return {ErrorCode::corrupt,
            fmt::format("the {} at depth {} below {} is not what was written: the data folder's "
                        "files were changed; load the state anew",
                        id.kind == RecordKind::page ? "page" : "bucket", id.place.depth,
                        to_hex(id.place.path.view()))};
}

}  // namespace

Result<Ref> load_record(TreeMemory& memory, const RecordReader::Request& request) {
    const RecordId& id = request.id;
    if (id.kind == RecordKind::page) {
        Page* const page = PageCodec::decode(memory, request.image, id.place.depth);
        if (page == nullptr) {
            return damaged(id);
        }
        page->stored_at = id.stored_at;
        return Ref::to(page);
    }
    if (!Bucket::well_formed(request.image, id.place)) {
        return damaged(id);
    }
    Bucket* const bucket =
        Bucket::copy(memory.allocate(Bucket::memory_size(request.image.size())), request.image);
    bucket->stored_at = id.stored_at;
    return Ref::to(bucket, bucket->count());
}

void free_record(TreeMemory& memory, RecordKind kind, Ref ref) noexcept {
    if (kind == RecordKind::bucket) {
        free_bucket(memory, ref.bucket());
    } else {
        ref.page()->drop_arrays(memory);
        memory.free(ref.page(), sizeof(Page));
    }
}

MissingRecord missing_record(RecordKind kind,
                             Page& holder,
                             std::uint32_t slot,
                             const StateKey& key) {
    return {&holder, slot, {kind, holder.place_of(slot, key), holder.ref(slot).place()}};
}

Status load_missing(TreeMemory& memory,
                    RecordReader& reader,
                    std::span<const MissingRecord> missing) {
    const auto batch_at = [&](std::size_t number) {
        const auto rest = missing.subspan(std::min(missing.size(), number * kReadsTogether));
        return rest.first(std::min(kReadsTogether, rest.size()));
    };
    // While the records of one batch are taken up the disk is at the next.
    std::array<std::vector<RecordReader::Request>, 2> requests;
    const auto begin = [&](std::size_t number) {
        auto& room = requests[number % 2];
        room.clear();
        for (const MissingRecord& record : batch_at(number)) {
            room.push_back({record.id, {}});
        }
        if (!room.empty()) {
            reader.begin(room);
        }
    };
    begin(0);
    for (std::size_t number = 0; !batch_at(number).empty(); ++number) {
        begin(number + 1);
        auto& read = requests[number % 2];
        COMMITBENCH_TRY(reader.end(read));
        for (std::size_t i = 0; i < read.size(); ++i) {
            auto loaded = load_record(memory, read[i]);
            if (!loaded) {
                return loaded.error();
            }
            const MissingRecord& record = batch_at(number)[i];
            record.holder->set_ref(record.slot, *loaded);
        }
    }
    return {};
}

}  // namespace commitbench::paged
