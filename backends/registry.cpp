// SPDX-License-Identifier: Apache-2.0
// Every backend, and the reference tree of every commitment scheme. A new backend is a folder and a
// line here.
#include "harness/core/registry.hpp"

#include "backends/flat/flat_backend.hpp"
#include "backends/lthash/lthash_backend.hpp"
#include "backends/lthash/reference_sum.hpp"
#include "backends/mpt/mpt_backend.hpp"
#include "backends/mpt/reference_trie.hpp"
#include "backends/null/null_backend.hpp"
#include "backends/paged/paged_backend.hpp"
#include "backends/paged/reference_tree.hpp"
#include "harness/core/reference_tree.hpp"
#include "hash/blake3.hpp"

#include <array>

namespace commitbench {

std::span<const BackendComponent> backend_registry() {
    // Copied at the first call, not before: the components live in other files, whose constants may
    // be made later.
    static const std::array kBackends{kNullComponent, kFlatComponent, kLthashComponent,
                                      kMptComponent, kPagedComponent};
    return kBackends;
}

std::unique_ptr<ReferenceTree> make_reference_tree(std::string_view scheme) {
    if (scheme == kMptScheme || scheme == kMptSecureScheme) {
        return make_mpt_reference_trie(scheme == kMptSecureScheme);
    }
    if (scheme == kMptBlake3Scheme || scheme == kMptBlake3SecureScheme) {
        return make_mpt_reference_trie(scheme == kMptBlake3SecureScheme, blake3);
    }
    if (scheme == kLthashScheme) {
        return make_lthash_reference();
    }
    for (const auto function : {paged::HashFunction::blake3, paged::HashFunction::sha256,
                                paged::HashFunction::keccak256}) {
        if (scheme == paged::scheme_of(function)) {
            return paged::make_binary_reference_tree(function);
        }
    }
    return nullptr;
}

}  // namespace commitbench
