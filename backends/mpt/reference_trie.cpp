// SPDX-License-Identifier: Apache-2.0
#include "backends/mpt/reference_trie.hpp"

#include "codec/rlp.hpp"

#include <array>

namespace commitbench {
namespace {

constexpr unsigned kNibbles = 64;

unsigned nibble(const StateKey& key, unsigned depth) {
    const unsigned byte = key.bytes[depth / 2];
    return depth % 2 == 0 ? byte >> 4 : byte & 0xf;
}

/// A leaf where children is null, an inner node otherwise.
struct RadixNode {
    StateKey key;  // leaf
    Bytes value;   // leaf
    std::unique_ptr<std::array<std::unique_ptr<RadixNode>, 16>> children;
    Bytes reference;  // how a parent branch refers to this node; empty: to be computed

    [[nodiscard]] bool is_leaf() const { return children == nullptr; }
};
using Slot = std::unique_ptr<RadixNode>;

Slot new_leaf(const StateKey& key, ByteView value) {
    auto leaf = std::make_unique<RadixNode>();
    leaf->key = key;
    leaf->value.assign(value.begin(), value.end());
    return leaf;
}

void insert(Slot& slot, const StateKey& key, ByteView value, unsigned depth) {
    if (slot == nullptr) {
        slot = new_leaf(key, value);
        return;
    }
    if (slot->is_leaf()) {
        if (slot->key == key) {
            slot = new_leaf(key, value);
            return;
        }
        Slot old = std::move(slot);
        slot = std::make_unique<RadixNode>();
        slot->children = std::make_unique<std::array<Slot, 16>>();
        old->reference.clear();  // its path is shorter now
        const unsigned place = nibble(old->key, depth);
        (*slot->children)[place] = std::move(old);
    }
    slot->reference.clear();
    insert((*slot->children)[nibble(key, depth)], key, value, depth + 1);
}

void erase(Slot& slot, const StateKey& key, unsigned depth) {
    if (slot == nullptr) {
        return;
    }
    if (slot->is_leaf()) {
        if (slot->key == key) {
            slot.reset();
        }
        return;
    }
    erase((*slot->children)[nibble(key, depth)], key, depth + 1);
    slot->reference.clear();
    Slot* only = nullptr;
    unsigned count = 0;
    for (Slot& child : *slot->children) {
        if (child != nullptr) {
            ++count;
            only = &child;
        }
    }
    if (count == 0) {
        slot.reset();
    } else if (count == 1 && (*only)->is_leaf()) {
        Slot alone = std::move(*only);
        alone->reference.clear();  // its path is longer now
        slot = std::move(alone);
    }
}

/// Hex prefix of the nibbles [from, to) of `key`.
Bytes hex_prefix(const StateKey& key, unsigned from, unsigned to, bool leaf) {
    const bool odd = (to - from) % 2 == 1;
    std::vector<unsigned> nibbles{(leaf ? 2U : 0U) + (odd ? 1U : 0U)};
    if (!odd) {
        nibbles.push_back(0);
    }
    for (unsigned i = from; i < to; ++i) {
        nibbles.push_back(nibble(key, i));
    }
    Bytes packed;
    for (std::size_t i = 0; i < nibbles.size(); i += 2) {
        packed.push_back(static_cast<std::uint8_t>(nibbles[i] << 4 | nibbles[i + 1]));
    }
    return packed;
}

using NodeHash = Hash256 (*)(ByteView) noexcept;

Bytes reference_of(NodeHash hash, Bytes encoded) {
    if (encoded.size() < 32) {
        return encoded;
    }
    Bytes reference;
    rlp::append_string(reference, hash(encoded));
    return reference;
}

const StateKey& any_key(const RadixNode& node) {
    if (node.is_leaf()) {
        return node.key;
    }
    for (const Slot& child : *node.children) {
        if (child != nullptr) {
            return any_key(*child);
        }
    }
    return node.key;
}

/// The encoding of the subtree that hangs at `depth`.
Bytes encode(NodeHash hash, RadixNode& node, unsigned depth) {
    Bytes payload;
    Bytes encoded;
    if (node.is_leaf()) {
        rlp::append_string(payload, hex_prefix(node.key, depth, kNibbles, true));
        rlp::append_string(payload, node.value);
        rlp::append_list(encoded, payload);
        return encoded;
    }
    RadixNode* fork = &node;
    unsigned fork_depth = depth;
    while (true) {  // down to the first node with two children
        RadixNode* only = nullptr;
        unsigned count = 0;
        for (const Slot& child : *fork->children) {
            if (child != nullptr) {
                ++count;
                only = child.get();
            }
        }
        if (count != 1) {
            break;
        }
        fork = only;  // INVARIANT: inner, for erase() lifts a leaf that is alone
        ++fork_depth;
    }
    if (fork != &node) {
        rlp::append_string(payload, hex_prefix(any_key(*fork), depth, fork_depth, false));
        const Bytes child = reference_of(hash, encode(hash, *fork, fork_depth));
        payload.insert(payload.end(), child.begin(), child.end());
        rlp::append_list(encoded, payload);
        return encoded;
    }
    for (const Slot& child : *node.children) {
        if (child == nullptr) {
            payload.push_back(0x80);
            continue;
        }
        if (child->reference.empty()) {
            child->reference = reference_of(hash, encode(hash, *child, depth + 1));
        }
        payload.insert(payload.end(), child->reference.begin(), child->reference.end());
    }
    payload.push_back(0x80);  // no key of 32 bytes ends at a branch
    rlp::append_list(encoded, payload);
    return encoded;
}

class ReferenceTrie final : public ReferenceTree {
  public:
    ReferenceTrie(bool secure, NodeHash hash) : secure_(secure), hash_(hash) {}

    void apply(const StateDiff& diff) override {
        for (const Change& change : diff.changes()) {
            const StateKey path = secure_ ? StateKey{hash_(change.key.view())} : change.key;
            if (change.deleted || change.new_value.empty()) {
                erase(root_, path, 0);
            } else {
                insert(root_, path, change.new_value, 0);
            }
        }
    }

    Root root() override {
        return Root{root_ == nullptr ? hash_(as_bytes("\x80")) : hash_(encode(hash_, *root_, 0))};
    }

  private:
    bool secure_;
    NodeHash hash_;
    Slot root_;
};

}  // namespace

std::unique_ptr<ReferenceTree> make_mpt_reference_trie(bool secure, NodeHash hash) {
    return std::make_unique<ReferenceTrie>(secure, hash);
}

}  // namespace commitbench
