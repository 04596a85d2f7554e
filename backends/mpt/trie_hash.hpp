// SPDX-License-Identifier: Apache-2.0
// The hash function of a trie: of its nodes, its keys where they are hashed first (secure=on), and
// its empty root.
#pragma once

#include "harness/core/observer.hpp"
#include "hash/lane_kernel.hpp"

namespace commitbench::mpt {

enum class TrieHash : std::uint8_t { keccak256, blake3 };

inline constexpr std::string_view kTrieHashChoices = "keccak|blake3";
/// INVARIANT: text is one of kTrieHashChoices.
[[nodiscard]] TrieHash trie_hash(std::string_view text);

/// "mpt-keccak256", "mpt-blake3-secure" and so on.
[[nodiscard]] std::string_view scheme_of(TrieHash hash, bool secure);

[[nodiscard]] Hash256 hash_bytes(TrieHash hash, ByteView bytes) noexcept;
/// Runs of the function's core (Keccak-f[1600], BLAKE3's compression) for `size` bytes.
[[nodiscard]] std::uint64_t permutations(TrieHash hash, std::size_t size) noexcept;

/// The widest kernel of this processor, and what goes with it.
[[nodiscard]] const LaneKernel& lane_kernel(TrieHash hash) noexcept;
[[nodiscard]] const LaneFunction& lane_function(TrieHash hash) noexcept;

/// The hash of 0x80: the root of the empty trie.
[[nodiscard]] Hash256 empty_trie_root(TrieHash hash = TrieHash::keccak256) noexcept;

/// Nanoseconds of one permutation here and now, one message at a time or in full lanes, at the
/// length where it costs least: the hash floor's unit. A median, about 1 ms in all.
[[nodiscard]] double measure_permutation_ns(TrieHash hash, bool lanes);

/// hash_function, hash_lanes and hash_permutation_ns.
void hash_facts(TrieHash hash, bool lanes, FactVisitor& visitor);

}  // namespace commitbench::mpt
