// SPDX-License-Identifier: Apache-2.0
// A record's image made into a page or bucket in memory.
#pragma once

#include "backends/paged/page.hpp"
#include "backends/paged/record_store.hpp"

namespace commitbench::paged {

/// corrupt where the image is not what was asked for.
[[nodiscard]] Result<Ref> load_record(TreeMemory& memory, const RecordReader::Request& request);
/// INVARIANT: ref is resident and of this kind.
void free_record(TreeMemory& memory, RecordKind kind, Ref ref) noexcept;

}  // namespace commitbench::paged
