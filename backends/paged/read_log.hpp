// SPDX-License-Identifier: Apache-2.0
// ReadLog: the keys that one TreeReader was asked for since the last block.
#pragma once

#include "harness/core/state_key.hpp"

#include <vector>

namespace commitbench::paged {

/// Written by the reader's thread, taken by the backend's between blocks: no lock. On cache lines
/// of its own, for every read writes to it.
struct alignas(64) ReadLog {
    std::vector<StateKey> keys{};  ///< in order of the reads, repeated ones too
};

}  // namespace commitbench::paged
