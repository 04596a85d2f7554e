// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/record_load.hpp"

#include "backends/paged/leaves.hpp"
#include "backends/paged/page_codec.hpp"
#include "codec/hex.hpp"

#include <fmt/format.h>

namespace commitbench::paged {
namespace {

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

}  // namespace commitbench::paged
