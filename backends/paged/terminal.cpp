// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/terminal.hpp"

namespace commitbench::paged {
namespace {

constexpr std::uint32_t kLeafFlag = 0x8000;

bool take(ByteView& in, std::span<std::uint8_t> out) {
    if (in.size() < out.size()) {
        return false;
    }
    std::ranges::copy(in.first(out.size()), out.begin());
    in = in.subspan(out.size());
    return true;
}

}  // namespace

void append_terminal(Bytes& out, const Terminal& terminal) {
    const std::uint32_t header = (terminal.leaf ? kLeafFlag : 0U) | terminal.place.depth;
    out.push_back(static_cast<std::uint8_t>(header >> 8));
    out.push_back(static_cast<std::uint8_t>(header));
    if (terminal.leaf) {
        const std::uint8_t* preimage = terminal.leaf->preimage();
        out.insert(out.end(), preimage, preimage + sizeof(LeafEntry));
        return;
    }
    const auto& path = terminal.place.path.bytes;
    out.insert(out.end(), path.begin(), path.begin() + (terminal.place.depth + 7) / 8);
}

std::optional<Terminal> take_terminal(ByteView& in) {
    std::array<std::uint8_t, 2> bytes{};
    if (!take(in, bytes)) {
        return std::nullopt;
    }
    const std::uint32_t header = static_cast<std::uint32_t>(bytes[0]) << 8 | bytes[1];
    const std::uint32_t depth = header & ~kLeafFlag;
    if (depth > kKeyBits) {
        return std::nullopt;
    }
    if ((header & kLeafFlag) != 0) {
        LeafEntry leaf;
        if (!take(in, leaf.key.bytes) || !take(in, leaf.value_hash)) {
            return std::nullopt;
        }
        return Terminal::of_leaf(leaf, depth);
    }
    StateKey path;
    if (!take(in, std::span(path.bytes).first((depth + 7) / 8)) || prefix_of(path, depth) != path) {
        return std::nullopt;
    }
    return Terminal::of_nothing(path, depth);
}

}  // namespace commitbench::paged
