// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/record_load.hpp"

#include "backends/paged/leaves.hpp"
#include "backends/paged/page_codec.hpp"
#include "codec/hex.hpp"

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
    std::vector<RecordReader::Request> requests;
    requests.reserve(std::min(kReadsTogether, missing.size()));
    while (!missing.empty()) {
        const auto batch = missing.first(std::min(kReadsTogether, missing.size()));
        missing = missing.subspan(batch.size());
        requests.clear();
        for (const MissingRecord& record : batch) {
            requests.push_back({record.id, {}});
        }
        COMMITBENCH_TRY(reader.read(requests));
        for (std::size_t i = 0; i < batch.size(); ++i) {
            auto loaded = load_record(memory, requests[i]);
            if (!loaded) {
                return loaded.error();
            }
            batch[i].holder->set_ref(batch[i].slot, *loaded);
        }
    }
    return {};
}

}  // namespace commitbench::paged
