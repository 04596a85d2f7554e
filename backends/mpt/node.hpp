// SPDX-License-Identifier: Apache-2.0
// The trie's nodes as they stand in memory for the length of one block.
//
// Words used below:
//   item    the RLP of a reference as it stands in a parent: 0xa0 and a hash (33 bytes), or a whole
//   node of fewer than 32 bytes stored  a child known only by its item: it was not looked at in
//   this block loaded  a child decoded into a Node, clean (as stored) or dirty (to be encoded and
//   hashed at the block's end)
//
//      Branch                     children[n] is one of
//      +---+---+- ... -+---+        empty    no child
//      | 0 | 1 |       | f | value  stored   -> item bytes inside the parent's own RLP: copied
//      verbatim
//      +---+---+- ... -+---+        loaded   -> Node                             when the parent is
//      encoded
//
// Everything lives in the block's Arena: nodes, the RLP they were decoded from, new paths. Nothing
// is freed alone.
#pragma once

#include "backends/mpt/nibble_path.hpp"
#include "codec/rlp.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace commitbench::mpt {

enum class NodeKind : std::uint8_t { leaf, extension, branch };

struct Node {
    NodeKind kind = NodeKind::leaf;
    bool dirty = false;
    /// The item that stands for this place in the parent's encoding: of a clean node its own, of a
    /// dirty one that of the node it took the place of, null where there was none.
    const std::uint8_t* item = nullptr;
    /// Of a dirty node that was hashed in lanes the item it has now; null before and otherwise.
    const std::uint8_t* fresh = nullptr;
};

/// Empty, stored or loaded, in one word: user-space pointers leave bit 63 free, and it says
/// "loaded".
class ChildRef {
  public:
    ChildRef() = default;

    [[nodiscard]] static ChildRef stored(const std::uint8_t* item) noexcept {
        return ChildRef(reinterpret_cast<std::uintptr_t>(item));
    }
    /// stored(item) where the mask is all ones, empty where it is 0.
    [[nodiscard]] static ChildRef stored_or_empty(const std::uint8_t* item,
                                                  std::uintptr_t mask) noexcept {
        return ChildRef(reinterpret_cast<std::uintptr_t>(item) & mask);
    }
    [[nodiscard]] static ChildRef loaded(Node* node) noexcept {
        return ChildRef(reinterpret_cast<std::uintptr_t>(node) | kLoaded);
    }

    [[nodiscard]] bool is_empty() const noexcept { return word_ == 0; }
    [[nodiscard]] bool is_loaded() const noexcept { return (word_ & kLoaded) != 0; }
    [[nodiscard]] bool is_stored() const noexcept { return !is_empty() && !is_loaded(); }

    /// INVARIANT: is_loaded().
    [[nodiscard]] Node* node() const noexcept {
        return reinterpret_cast<Node*>(word_ & ~kLoaded);  // NOLINT(performance-no-int-to-ptr)
    }
    /// INVARIANT: is_stored().
    [[nodiscard]] const std::uint8_t* item() const noexcept {
        return reinterpret_cast<const std::uint8_t*>(word_);  // NOLINT(performance-no-int-to-ptr)
    }

  private:
    static constexpr std::uintptr_t kLoaded = std::uintptr_t{1} << 63;
    explicit ChildRef(std::uintptr_t word) noexcept : word_(word) {}
    std::uintptr_t word_ = 0;
};
static_assert(sizeof(ChildRef) == 8 && sizeof(std::uintptr_t) == 8);

struct Leaf : Node {
    NibblePath path;
    ByteView value;
};

struct Extension : Node {
    NibblePath path;  ///< never empty
    ChildRef child;   ///< a branch, always
};

struct Branch : Node {
    std::array<ChildRef, 16> children;
    ByteView value;  ///< of the key that ends here; empty where there is none
    /// The encoding it was loaded from, in the arena, while the same places are taken as then: new
    /// hashes can be written over the old ones. Empty otherwise.
    std::span<std::uint8_t> encoding;
};

/// First byte of an item that holds a hash.
inline constexpr std::uint8_t kHashItem = 0xa0;
inline constexpr std::size_t kHashItemSize = 33;
/// The whole item of a place without a child: the empty string.
inline constexpr std::uint8_t kNoChildItem = 0x80;

/// Bytes of an item. INVARIANT: it is a hash item or an embedded node (RLP list of up to 31 bytes).
[[nodiscard]] inline std::size_t item_size(const std::uint8_t* item) noexcept {
    return *item == kHashItem ? kHashItemSize : std::size_t{1} + (*item - 0xc0U);
}

[[nodiscard]] inline Leaf* make_leaf(Arena& arena, const NibblePath& path, ByteView value) {
    auto* leaf = arena.make<Leaf>();
    leaf->kind = NodeKind::leaf;
    leaf->dirty = true;
    leaf->path = path;
    leaf->value = value;
    return leaf;
}

[[nodiscard]] inline Extension* make_extension(Arena& arena,
                                               const NibblePath& path,
                                               ChildRef child) {
    auto* extension = arena.make<Extension>();
    extension->kind = NodeKind::extension;
    extension->dirty = true;
    extension->path = path;
    extension->child = child;
    return extension;
}

[[nodiscard]] inline Branch* make_branch(Arena& arena) {
    auto* branch = arena.make<Branch>();
    branch->kind = NodeKind::branch;
    branch->dirty = true;
    return branch;
}

}  // namespace commitbench::mpt
