// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/reference_tree.hpp"

#include "hash/blake3.hpp"
#include "hash/sha256.hpp"

#include <deque>
#include <limits>

namespace commitbench::paged {
namespace {

constexpr Hash256 kNothing{};  // the hash of an empty sub-tree; of an inner node: to be computed

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

/// A pool with stable indices: a link of 4 bytes where a pointer takes 8, and no allocation each.
template<class T>
class Pool {
  public:
    std::uint32_t make(const T& value) {
        if (free_.empty()) {
            items_.push_back(value);
            return static_cast<std::uint32_t>(items_.size() - 1);
        }
        const std::uint32_t index = free_.back();
        free_.pop_back();
        items_[index] = value;
        return index;
    }
    void free(std::uint32_t index) { free_.push_back(index); }
    T& operator[](std::uint32_t index) { return items_[index]; }

  private:
    std::deque<T> items_;
    std::vector<std::uint32_t> free_;
};

/// Empty, a leaf (top bit set) or an inner node, by its index. INVARIANT: below 2^31 of either.
using Link = std::uint32_t;
constexpr Link kLeafBit = Link{1} << 31;
constexpr Link kEmpty = std::numeric_limits<Link>::max() & ~kLeafBit;

struct Leaf {
    StateKey key{};
    Hash256 hash{};
};
struct Inner {
    std::array<Link, 2> children{kEmpty, kEmpty};
    Hash256 hash = kNothing;
};

class BinaryTrie final : public ReferenceTree {
  public:
    explicit BinaryTrie(HashFunction function) : hash_(hash_of(function)) {}

    void apply(const StateDiff& diff) override {
        for (const Change& change : diff.changes()) {
            if (change.deleted) {
                root_ = erase(root_, change.key, 0);
                continue;
            }
            Leaf leaf{change.key, hash_pair(hash_, change.key.bytes, hash_(change.new_value))};
            leaf.hash[0] |= 0x80;
            root_ = insert(root_, leaf, 0);
        }
    }

    Root root() override { return Root{hash_below(root_)}; }

  private:
    static bool is_leaf(Link link) { return (link & kLeafBit) != 0; }
    Leaf& leaf_at(Link link) { return leaves_[link & ~kLeafBit]; }

    // Each of the two gives the link that stands where `link` stood, at `depth`.

    Link insert(Link link, const Leaf& leaf, unsigned depth) {
        if (link == kEmpty) {
            return leaves_.make(leaf) | kLeafBit;
        }
        if (is_leaf(link)) {
            if (leaf_at(link).key == leaf.key) {
                leaf_at(link) = leaf;
                return link;
            }
            Inner fork;
            fork.children[goes_right(leaf_at(link).key, depth) ? 1 : 0] = link;
            link = inners_.make(fork);
        }
        const std::size_t side = goes_right(leaf.key, depth) ? 1 : 0;
        const Link child = insert(inners_[link].children[side], leaf, depth + 1);
        inners_[link].children[side] = child;
        inners_[link].hash = kNothing;
        return link;
    }

    Link erase(Link link, const StateKey& key, unsigned depth) {
        if (link == kEmpty) {
            return kEmpty;
        }
        if (is_leaf(link)) {
            if (leaf_at(link).key != key) {
                return link;
            }
            leaves_.free(link & ~kLeafBit);
            return kEmpty;
        }
        const std::size_t side = goes_right(key, depth) ? 1 : 0;
        const Link child = erase(inners_[link].children[side], key, depth + 1);
        Inner& inner = inners_[link];
        if (child == inner.children[side] && (child == kEmpty || is_leaf(child))) {
            return link;  // the key was not there
        }
        inner.children[side] = child;
        inner.hash = kNothing;
        const Link other = inner.children[1 - side];
        const bool alone =
            child == kEmpty ? other == kEmpty || is_leaf(other) : other == kEmpty && is_leaf(child);
        if (!alone) {
            return link;
        }
        inners_.free(link);
        return child == kEmpty ? other : child;
    }

    const Hash256& hash_below(Link link) {
        if (link == kEmpty) {
            return kNothing;
        }
        if (is_leaf(link)) {
            return leaf_at(link).hash;
        }
        Inner& inner = inners_[link];
        if (inner.hash == kNothing) {
            inner.hash =
                hash_pair(hash_, hash_below(inner.children[0]), hash_below(inner.children[1]));
            inner.hash[0] &= 0x7f;
        }
        return inner.hash;
    }

    HashOf hash_;
    Link root_ = kEmpty;
    Pool<Leaf> leaves_;
    Pool<Inner> inners_;
};

}  // namespace

std::unique_ptr<ReferenceTree> make_binary_reference_tree(HashFunction function) {
    return std::make_unique<BinaryTrie>(function);
}

}  // namespace commitbench::paged
