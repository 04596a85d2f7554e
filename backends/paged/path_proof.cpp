// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/path_proof.hpp"

#include "backends/paged/compaction.hpp"

namespace commitbench::paged {

bool verify_path(const NodeHasher& hasher, const Node& root, const PathProof& proof) {
    if (proof.siblings.size() != proof.terminal.place.depth) {
        return false;
    }
    Node node = proof.terminal.node(hasher);
    for (std::uint32_t depth = proof.terminal.place.depth; depth > 0; --depth) {
        const bool right = bit_of(proof.terminal.place.path, depth - 1);
        const Node& sibling = proof.siblings[depth - 1];
        const Node& first = right ? sibling : node;
        const Node& second = right ? node : sibling;
        if (compacted(first, second)) {
            return false;
        }
        node = hasher.internal(first, second);
    }
    return node == root;
}

Proof encode_path_proof(const PathProof& proof, const StateKey& key, ByteView value) {
    Proof out;
    append_terminal(out.items.emplace_back(), proof.terminal);
    if (proof.terminal.claim(key) == Claim::present) {
        out.items.emplace_back(value.begin(), value.end());
    }
    for (const Node& sibling : proof.siblings) {
        Bytes& item = out.items.emplace_back();
        if (!sibling.is_terminator()) {
            item.assign(sibling.bytes.begin(), sibling.bytes.end());
        }
    }
    return out;
}

Verdict verify_path_items(const NodeHasher& hasher,
                          const Node& root,
                          const StateKey& key,
                          const Proof& proof) {
    if (proof.items.empty()) {
        return {};
    }
    ByteView rest = proof.items[0];
    const std::optional<Terminal> terminal = take_terminal(rest);
    if (!terminal || !rest.empty()) {
        return {};
    }
    const Claim claim = terminal->claim(key);
    const std::size_t first_sibling = claim == Claim::present ? 2 : 1;
    if (claim == Claim::out_of_scope ||
        proof.items.size() != first_sibling + terminal->place.depth) {
        return {};
    }
    PathProof path{*terminal, std::vector<Node>(terminal->place.depth)};
    for (std::size_t i = 0; i < path.siblings.size(); ++i) {
        const Bytes& item = proof.items[first_sibling + i];
        Node& sibling = path.siblings[i];
        if (item.empty()) {
            continue;
        }
        if (item.size() != sibling.bytes.size()) {
            return {};
        }
        std::ranges::copy(item, sibling.bytes.begin());
        if (sibling.is_terminator()) {
            return {};  // has a shorter encoding
        }
    }
    Verdict verdict;
    if (claim == Claim::present) {
        if (hasher.value_hash(proof.items[1]) != terminal->leaf->value_hash) {
            return {};
        }
        verdict.value = proof.items[1];
    }
    verdict.valid = verify_path(hasher, root, path);
    return verdict.valid ? verdict : Verdict{};
}

}  // namespace commitbench::paged
