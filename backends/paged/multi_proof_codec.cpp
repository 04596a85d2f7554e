// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/multi_proof.hpp"
#include "backends/paged/proof_fold.hpp"

namespace commitbench::paged {
namespace {

constexpr std::size_t kCountBytes = 4;

std::uint8_t bit_mask(std::size_t i) {
    return static_cast<std::uint8_t>(0x80U >> i % 8);
}

}  // namespace

Bytes MultiProof::encode() const {
    Bytes out;
    out.reserve(kCountBytes + terminals.size() * (2 + sizeof(LeafEntry)) + siblings.size() / 8 + 1 +
                siblings.size() * sizeof(Node));
    for (std::size_t shift = 8 * kCountBytes; shift > 0; shift -= 8) {
        out.push_back(static_cast<std::uint8_t>(terminals.size() >> (shift - 8)));
    }
    for (const Terminal& terminal : terminals) {
        append_terminal(out, terminal);
    }
    const std::size_t bits = out.size();
    out.resize(bits + (siblings.size() + 7) / 8);
    for (std::size_t i = 0; i < siblings.size(); ++i) {
        if (siblings[i].is_terminator()) {
            out[bits + i / 8] |= bit_mask(i);
        } else {
            out.insert(out.end(), siblings[i].bytes.begin(), siblings[i].bytes.end());
        }
    }
    return out;
}

Result<MultiProof> MultiProof::decode(ByteView bytes) {
    if (bytes.size() < kCountBytes) {
        return bad_input("multi-proof: cut short");
    }
    std::size_t count = 0;
    for (const std::uint8_t byte : bytes.first(kCountBytes)) {
        count = count << 8 | byte;
    }
    ByteView rest = bytes.subspan(kCountBytes);
    if (count > rest.size() / kMinTerminalBytes) {
        return bad_input("multi-proof: names more terminals than it can hold");
    }
    MultiProof proof;
    proof.terminals.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::optional<Terminal> terminal = take_terminal(rest);
        if (!terminal) {
            return bad_input("multi-proof: bytes that are no terminal");
        }
        proof.terminals.push_back(*terminal);
    }
    const std::optional<std::size_t> siblings = siblings_needed(proof.terminals);
    if (!siblings) {
        return bad_input("multi-proof: terminals out of order, or one below another");
    }
    const std::size_t bit_bytes = (*siblings + 7) / 8;
    if (rest.size() < bit_bytes) {
        return bad_input("multi-proof: cut short");
    }
    const ByteView bits = rest.first(bit_bytes);
    rest = rest.subspan(bit_bytes);
    if (*siblings % 8 != 0 && (bits.back() & (0xffU >> *siblings % 8)) != 0) {
        return bad_input("multi-proof: unused bits are set");
    }
    proof.siblings.resize(*siblings);
    for (std::size_t i = 0; i < *siblings; ++i) {
        if ((bits[i / 8] & bit_mask(i)) != 0) {
            continue;
        }
        Node& sibling = proof.siblings[i];
        if (rest.size() < sibling.bytes.size()) {
            return bad_input("multi-proof: cut short");
        }
        std::ranges::copy(rest.first(sibling.bytes.size()), sibling.bytes.begin());
        rest = rest.subspan(sibling.bytes.size());
        if (sibling.is_terminator()) {
            return bad_input("multi-proof: a terminator written in full");
        }
    }
    if (!rest.empty()) {
        return bad_input("multi-proof: bytes are left over");
    }
    return proof;
}

}  // namespace commitbench::paged
