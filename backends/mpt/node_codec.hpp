// SPDX-License-Identifier: Apache-2.0
// Nodes to RLP and back (yellow paper, appendix D).
//
//   leaf       [hex prefix of the rest of the path with the leaf flag, value]
//   extension  [hex prefix of the shared path, item of the child]
//   branch     [item of child 0 .. item of child 15, value]    0x80 where there is no child or no
//   value
//
// The largest branch without a value takes 3 + 16 x 33 + 1 = 532 bytes: four Keccak permutations.
#pragma once

#include "backends/mpt/node.hpp"

#include <optional>

namespace commitbench::mpt {

/// Decodes one node; the Node and its parts borrow `rlp`, which must live in the arena or longer.
/// Null where the bytes are no node. The node is clean.
[[nodiscard]] Node* decode_node(Arena& arena, ByteView rlp);

/// Encoded sizes and encodings of a node's parts, shared by everything that writes nodes. Each put_
/// writes exactly what its _size says and returns what follows.
[[nodiscard]] inline std::size_t leaf_payload(const NibblePath& path, ByteView value) noexcept {
    // A hex prefix of one byte is below 0x40: its own encoding.
    const std::size_t prefix = path.hex_prefix_size();
    return (prefix == 1 ? 1 : rlp::header_size(prefix) + prefix) + rlp::string_size(value);
}

[[nodiscard]] inline std::uint8_t* put_hex_prefix_string(std::uint8_t* out,
                                                         const NibblePath& path,
                                                         bool leaf) noexcept {
    if (path.hex_prefix_size() > 1) {
        out = rlp::put_header(out, 0x80, path.hex_prefix_size());
    }
    return path.put_hex_prefix(out, leaf);
}

/// `payload` is leaf_payload(path, value).
inline std::uint8_t* put_leaf(std::uint8_t* out,
                              std::size_t payload,
                              const NibblePath& path,
                              ByteView value) noexcept {
    out = rlp::put_list_header(out, payload);
    out = put_hex_prefix_string(out, path, true);
    return rlp::put_string(out, value);
}

[[nodiscard]] inline std::size_t extension_payload(const NibblePath& path,
                                                   std::size_t item) noexcept {
    const std::size_t prefix = path.hex_prefix_size();
    return (prefix == 1 ? 1 : rlp::header_size(prefix) + prefix) + item;
}

/// `payload` is extension_payload(path, item_size(item)).
inline std::uint8_t* put_extension(std::uint8_t* out,
                                   std::size_t payload,
                                   const NibblePath& path,
                                   const std::uint8_t* item) noexcept {
    out = rlp::put_list_header(out, payload);
    out = put_hex_prefix_string(out, path, false);
    const std::size_t size = item_size(item);
    std::memcpy(out, item, size);
    return out + size;
}

/// `items[n]` is null where there is no child.
[[nodiscard]] inline std::size_t branch_payload(const std::array<const std::uint8_t*, 16>& items,
                                                ByteView value) noexcept {
    std::size_t size = rlp::string_size(value);
    for (const std::uint8_t* item : items) {
        size += item == nullptr ? 1 : item_size(item);
    }
    return size;
}

/// `payload` is branch_payload(items, value).
inline std::uint8_t* put_branch(std::uint8_t* out,
                                std::size_t payload,
                                const std::array<const std::uint8_t*, 16>& items,
                                ByteView value) noexcept {
    out = rlp::put_list_header(out, payload);
    for (const std::uint8_t* item : items) {
        if (item == nullptr) {
            *out++ = 0x80;
        } else if (*item == kHashItem) {
            std::memcpy(out, item, kHashItemSize);  // constant size: no call
            out += kHashItemSize;
        } else {
            const std::size_t size = item_size(item);
            std::memcpy(out, item, size);
            out += size;
        }
    }
    return rlp::put_string(out, value);
}

}  // namespace commitbench::mpt
