// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/reference_tree.hpp"

#include "hash/blake3.hpp"
#include "hash/sha256.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <vector>

namespace commitbench::paged {
namespace {

constexpr Hash256 kNothing{};  // the hash of an empty sub-tree

/// Keys that a bucket holds on average, at most.
constexpr std::uint64_t kKeysPerBucket = 8;

/// A key and the hash of its leaf.
struct Leaf {
    StateKey key{};
    Hash256 hash{};
};

using HashOf = Hash256 (*)(ByteView);

HashOf hash_of(HashFunction function) {
    switch (function) {
        case HashFunction::blake3:
            return [](ByteView message) { return blake3(message); };
        case HashFunction::sha256:
            return [](ByteView message) { return sha256(message); };
        case HashFunction::keccak256:
            break;
    }
    return [](ByteView message) { return keccak256(message); };
}

Hash256 hash_pair(HashOf hash, const Hash256& first, const Hash256& second) {
    std::array<std::uint8_t, 64> both{};
    std::ranges::copy(first, both.begin());
    std::ranges::copy(second, both.begin() + 32);
    return hash(both);
}

bool goes_right(const StateKey& key, unsigned depth) {
    return (key.bytes[depth / 8] << depth % 8 & 0x80) != 0;
}

class BinaryTrie final : public ReferenceTree {
  public:
    explicit BinaryTrie(HashFunction function) : hash_(hash_of(function)) { cut(); }

    void load(const FirstState& state, std::uint64_t first, std::uint64_t last) override {
        first_ = &state;
        loaded_.resize(state.size());
        Bytes value;
        for (std::uint64_t rank = first; rank < last; ++rank) {
            state.value(rank, value);
            loaded_[rank] = leaf_hash(state.key(rank), value);
        }
        size_ += last - first;
        if (last == state.size()) {
            cut();
        }
    }

    void apply(const StateDiff& diff) override {
        for (const Change& change : diff.changes()) {
            const Hash256 hash =
                change.deleted ? kNothing : leaf_hash(change.key, change.new_value);
            const auto rank = first_ == nullptr ? std::nullopt : first_->find(change.key);
            Hash256& kept = rank ? loaded_[*rank] : added_[change.key];
            size_ += hash != kNothing ? 1U : 0U;
            size_ -= kept != kNothing ? 1U : 0U;
            kept = hash;
            if (!rank && change.deleted) {
                added_.erase(change.key);
            }
            for (std::uint64_t node = bucket_of(change.key); node > 0 && !stale_[node]; node /= 2) {
                stale_[node] = true;
            }
        }
        if (size_ > kKeysPerBucket << depth_) {
            cut();
        }
    }

    Root root() override { return Root{up_to_date(1)}; }

  private:
    Hash256 leaf_hash(const StateKey& key, ByteView value) const {
        Hash256 hash = hash_pair(hash_, key.bytes, hash_(value));
        hash[0] |= 0x80;
        return hash;
    }

    /// Of a sub-tree by its halves: a leaf alone stands for all that is above it.
    Hash256 fold(const Hash256& left, const Hash256& right) const {
        const auto is_inner = [](const Hash256& half) {
            return half != kNothing && (half[0] & 0x80) == 0;
        };
        if (left == kNothing && !is_inner(right)) {
            return right;
        }
        if (right == kNothing && !is_inner(left)) {
            return left;
        }
        Hash256 hash = hash_pair(hash_, left, right);
        hash[0] &= 0x7f;
        return hash;
    }

    /// Of leaves that agree in their first `depth` bits, ascending.
    Hash256 hash_of_leaves(std::span<const Leaf> leaves, unsigned depth) const {
        if (leaves.size() < 2) {
            return leaves.empty() ? kNothing : leaves.front().hash;
        }
        const auto middle = std::ranges::partition_point(
            leaves, [&](const Leaf& leaf) { return !goes_right(leaf.key, depth); });
        return fold(hash_of_leaves({leaves.begin(), middle}, depth + 1),
                    hash_of_leaves({middle, leaves.end()}, depth + 1));
    }

    Hash256 hash_of_bucket(std::uint64_t bucket) const {
        // Buckets are of equal width, so the last one ends with the last prefix.
        const unsigned shift = 64 - depth_;
        const std::uint64_t first = depth_ == 0 ? 0 : bucket << shift;
        const bool is_last = bucket + 1 == std::uint64_t{1} << depth_;
        std::vector<Leaf> leaves;
        if (first_ != nullptr) {
            const std::uint64_t end =
                is_last ? first_->size() : first_->keys_below((bucket + 1) << shift);
            for (std::uint64_t rank = first_->keys_below(first); rank < end; ++rank) {
                if (loaded_[rank] != kNothing) {
                    leaves.push_back({first_->key(rank), loaded_[rank]});
                }
            }
        }
        const std::size_t loaded = leaves.size();
        const auto end =
            is_last ? added_.end() : added_.lower_bound(first_key((bucket + 1) << shift));
        for (auto it = added_.lower_bound(first_key(first)); it != end; ++it) {
            leaves.push_back({it->first, it->second});
        }
        std::ranges::inplace_merge(leaves, leaves.begin() + static_cast<std::ptrdiff_t>(loaded), {},
                                   &Leaf::key);
        return hash_of_leaves(leaves, depth_);
    }

    /// The smallest key with this prefix.
    static StateKey first_key(std::uint64_t prefix) {
        StateKey key;
        for (std::size_t i = 0; i < 8; ++i) {
            key.bytes[i] = static_cast<std::uint8_t>(prefix >> (56 - 8 * i));
        }
        return key;
    }

    /// The number of its bucket's node.
    [[nodiscard]] std::uint64_t bucket_of(const StateKey& key) const {
        const std::uint64_t buckets = std::uint64_t{1} << depth_;
        return depth_ == 0 ? buckets : buckets + (key.prefix() >> (64 - depth_));
    }

    /// Lays the buckets out for the present number of keys. All is to be hashed again, which is
    /// worth it where the tree has doubled.
    void cut() {
        depth_ = static_cast<unsigned>(std::bit_width(size_ / kKeysPerBucket));
        nodes_.assign(std::size_t{2} << depth_, kNothing);
        stale_.assign(std::size_t{2} << depth_, true);
    }

    const Hash256& up_to_date(std::uint64_t node) {
        if (stale_[node]) {
            const std::uint64_t buckets = std::uint64_t{1} << depth_;
            nodes_[node] = node >= buckets ? hash_of_bucket(node - buckets)
                                           : fold(up_to_date(2 * node), up_to_date(2 * node + 1));
            stale_[node] = false;
        }
        return nodes_[node];
    }

    HashOf hash_;
    const FirstState* first_ = nullptr;
    std::vector<Hash256> loaded_;        // by rank in the first state; kNothing: deleted
    std::map<StateKey, Hash256> added_;  // keys that the first state did not have
    std::uint64_t size_ = 0;             // keys present
    // The top of the tree: node 1 is the root, node n has the children 2n and 2n + 1, and the
    // nodes from 2^depth_ on are the buckets.
    unsigned depth_ = 0;
    std::vector<Hash256> nodes_;
    std::vector<bool> stale_;  // where a node is, all above it are
};

}  // namespace

std::unique_ptr<ReferenceTree> make_binary_reference_tree(HashFunction function) {
    return std::make_unique<BinaryTrie>(function);
}

}  // namespace commitbench::paged
