// SPDX-License-Identifier: Apache-2.0
#include "backends/mpt/trie_hasher.hpp"

namespace commitbench::mpt {
namespace {

class Encoder {
  public:
    Encoder(Arena& arena, std::vector<EncodedNode>& nodes, HashWork& work) noexcept
        : arena_(arena), nodes_(nodes), work_(work) {}

    /// The item by which a parent refers to `ref`; null where empty.
    const std::uint8_t* item_of(ChildRef ref) {
        if (ref.is_empty()) {
            return nullptr;
        }
        if (ref.is_stored()) {
            return ref.item();
        }
        if (!ref.node()->dirty) {
            return ref.node()->item;  // looked at, not changed
        }
        const ByteView rlp = encode(ref.node());
        if (rlp.size() < 32) {
            return rlp.data();
        }
        return hash_and_list(rlp);
    }

    ByteView encode(const Node* node) {
        switch (node->kind) {
            case NodeKind::leaf: {
                const auto* leaf = static_cast<const Leaf*>(node);
                const std::size_t payload = leaf_payload(leaf->path, leaf->value);
                const Room room = make_room(payload);
                put_leaf(room.out, payload, leaf->path, leaf->value);
                return room.view;
            }
            case NodeKind::extension: {
                const auto* extension = static_cast<const Extension*>(node);
                const std::uint8_t* item = item_of(extension->child);
                const std::size_t payload = extension_payload(extension->path, item_size(item));
                const Room room = make_room(payload);
                put_extension(room.out, payload, extension->path, item);
                return room.view;
            }
            case NodeKind::branch: {
                return encode_branch(*static_cast<const Branch*>(node));
            }
        }
        return {};
    }

    ByteView encode_branch(const Branch& branch) {
        std::array<const std::uint8_t*, 16> items;
        bool fits_over = !branch.encoding.empty();
        for (std::size_t i = 0; i < items.size(); ++i) {
            const ChildRef child = branch.children[i];
            items[i] = item_of(child);
            if (is_dirty(child)) {
                const std::uint8_t* place = child.node()->item;
                fits_over =
                    fits_over && place != nullptr && *place == kHashItem && *items[i] == kHashItem;
            }
        }
        if (fits_over) {
            // Same places, and hashes for hashes: the encoding differs in those bytes alone.
            for (std::size_t i = 0; i < items.size(); ++i) {
                if (is_dirty(branch.children[i])) {
                    // INVARIANT: the place lies in branch.encoding, see Node::item.
                    const auto offset = branch.children[i].node()->item - branch.encoding.data();
                    std::memcpy(branch.encoding.data() + offset, items[i], kHashItemSize);
                }
            }
            return branch.encoding;
        }
        const std::size_t payload = branch_payload(items, branch.value);
        const Room room = make_room(payload);
        put_branch(room.out, payload, items, branch.value);
        return room.view;
    }

    static bool is_dirty(ChildRef ref) { return ref.is_loaded() && ref.node()->dirty; }

    /// Returns the hash item; the node goes onto the list of what is to be written.
    const std::uint8_t* hash_and_list(ByteView rlp) {
        std::uint8_t* item = arena_.allocate(kHashItemSize);
        *item = kHashItem;
        const Hash256 hash = keccak256(rlp);
        std::memcpy(item + 1, hash.data(), hash.size());
        ++work_.nodes;
        work_.permutations += keccak256_permutations(rlp.size());
        nodes_.push_back({{item + 1, hash.size()}, rlp});
        return item;
    }

  private:
    struct Room {
        std::uint8_t* out;
        ByteView view;
    };
    Room make_room(std::size_t payload) {
        const std::size_t size = rlp::list_size(payload);
        std::uint8_t* out = arena_.allocate(size);
        return {out, {out, size}};
    }

    Arena& arena_;
    std::vector<EncodedNode>& nodes_;
    HashWork& work_;
};

}  // namespace

Hash256 empty_trie_root() {
    return keccak256(as_bytes("\x80"));
}

Hash256 hash_trie(Arena& arena, ChildRef root, std::vector<EncodedNode>& nodes, HashWork& work) {
    if (root.is_empty()) {
        return empty_trie_root();
    }
    Encoder encoder(arena, nodes, work);
    Hash256 hash;
    // The root is hashed however short it is, so its item is always a hash.
    const bool unchanged = root.is_stored() || !root.node()->dirty;
    const std::uint8_t* item =
        unchanged ? encoder.item_of(root) : encoder.hash_and_list(encoder.encode(root.node()));
    std::memcpy(hash.data(), item + 1, hash.size());
    return hash;
}

}  // namespace commitbench::mpt
