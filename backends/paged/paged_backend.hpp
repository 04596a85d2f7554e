// SPDX-License-Identifier: Apache-2.0
// Backend `paged`: a binary Merkle trie in pages with NOMT's roots.
#pragma once

#include "harness/core/registry.hpp"

namespace commitbench {

extern const BackendComponent kPagedComponent;

}  // namespace commitbench
