// SPDX-License-Identifier: Apache-2.0
// Hashes nodes and values, many at a time: as many lanes as the processor has.
#pragma once

#include "backends/paged/node.hpp"
#include "hash/lane_kernel.hpp"

#include <span>

namespace commitbench::paged {

/// The H of node.hpp.
enum class HashFunction : std::uint8_t { blake3, sha256, keccak256 };

inline constexpr std::string_view kHashChoices = "blake3|sha256|keccak256";
/// INVARIANT: text is one of kHashChoices.
[[nodiscard]] HashFunction hash_function(std::string_view text);
/// The commitment scheme: "nomt-blake3" and so on.
[[nodiscard]] std::string_view scheme_of(HashFunction function);

/// An internal node to make. The children may lie anywhere and may not change until it is made; a
/// terminator is a pointer to kTerminator.
struct PairJob {
    const Node* left;
    const Node* right;
    Node* out;
};

/// As many internal nodes to make as fit into any processor's lanes, or fewer.
struct PairBatch {
    std::array<const std::uint8_t*, kMostLanes> left{};
    std::array<const std::uint8_t*, kMostLanes> right{};
    std::array<std::uint8_t*, kMostLanes> out{};
    std::size_t size = 0;
};

/// A leaf to make from its key and its value's hash, 32 bytes each.
struct LeafJob {
    const std::uint8_t* key;
    const std::uint8_t* value_hash;
    Node* out;
};

struct ValueJob {
    ByteView value;
    Hash256* out;
};

/// Stateless but for the choice of function: safe from many threads.
class NodeHasher {
  public:
    explicit NodeHasher(HashFunction function) noexcept : function_(function) {}
    [[nodiscard]] HashFunction function() const noexcept { return function_; }

    /// Jobs of one call may not depend on each other.
    void make_internal(std::span<const PairJob> jobs) const;
    void make_internal(const PairBatch& batch) const;
    void make_leaves(std::span<const LeafJob> jobs) const;
    void hash_values(std::span<const ValueJob> jobs) const;

    /// One at a time: for proofs and oracles, not for a block's commit.
    [[nodiscard]] Node internal(const Node& left, const Node& right) const;
    [[nodiscard]] Node leaf(const StateKey& key, const Hash256& value_hash) const;
    [[nodiscard]] Hash256 value_hash(ByteView value) const;

    /// Runs of the compression function (permutations for Keccak) that a value of `size` bytes
    /// takes; a node is a message of 64 bytes.
    [[nodiscard]] std::uint64_t compressions(std::size_t size) const;
    /// Nanoseconds of one compression in large batches of nodes here and now: the hash floor's
    /// unit. A median, about 2 ms in all.
    [[nodiscard]] double measure_compression_ns() const;

  private:
    HashFunction function_;
};

}  // namespace commitbench::paged
