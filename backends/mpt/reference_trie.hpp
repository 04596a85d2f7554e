// SPDX-License-Identifier: Apache-2.0
// The Ethereum trie once more, as plainly as it can be said: the oracle of `mpt`'s ledger roots.
//
// A radix-16 tree in memory: a leaf sits at the first depth where its key is alone, every inner
// node has sixteen slots, and runs of single-child nodes become an extension only when they are
// encoded. No store, no lazy loading, no update by batches, no code of `mpt` but the hash function.
#pragma once

#include "harness/core/reference_tree.hpp"
#include "hash/keccak.hpp"

namespace commitbench {

/// The commitment schemes of `mpt`: keys as they are, and hashed first (secure=on).
inline constexpr std::string_view kMptScheme = "mpt-keccak256";
inline constexpr std::string_view kMptSecureScheme = "mpt-keccak256-secure";
inline constexpr std::string_view kMptBlake3Scheme = "mpt-blake3";
inline constexpr std::string_view kMptBlake3SecureScheme = "mpt-blake3-secure";

/// For 32-byte keys, hashed first where `secure`; `hash` is that of keys and nodes. About 250 bytes
/// a key.
[[nodiscard]] std::unique_ptr<ReferenceTree> make_mpt_reference_trie(
    bool secure,
    Hash256 (*hash)(ByteView) noexcept = keccak256);

}  // namespace commitbench
