// SPDX-License-Identifier: Apache-2.0
#include "backends/mpt/proof.hpp"

#include "backends/mpt/path_walk.hpp"
#include "backends/mpt/trie_hasher.hpp"

namespace commitbench::mpt {
namespace {

bool hashes_to(TrieHash hash, ByteView rlp, const std::uint8_t* item) {
    const Hash256 digest = hash_bytes(hash, rlp);
    return std::memcmp(digest.data(), item + 1, digest.size()) == 0;
}

}  // namespace

Result<Proof> make_proof(const Hash256& root,
                         ByteView path,
                         StoreReader& reader,
                         Table nodes,
                         TrieHash hash) {
    Proof proof;
    if (root == empty_trie_root(hash)) {
        proof.items.push_back({0x80});
        return proof;
    }
    Arena arena;
    NodeLoader loader(arena, reader, nodes);
    std::array<std::uint8_t, kHashItemSize> root_item{kHashItem};
    std::ranges::copy(root, root_item.begin() + 1);
    const std::uint8_t* item = root_item.data();
    NibblePath rest(path);
    while (true) {
        const Node* node = loader.load(item);
        if (node == nullptr) {
            return loader.error();
        }
        if (*item == kHashItem) {
            auto rlp = reader.get(nodes, {item + 1, 32});
            if (!rlp) {
                return rlp.error();
            }
            // INVARIANT: present, for load() has just read it.
            proof.items.emplace_back((*rlp)->begin(), (*rlp)->end());
        }
        const Step step = step_from(node, rest);
        if (step.ends) {
            return proof;
        }
        rest = rest.from(step.used);
        item = step.next.item();
    }
}

Verdict verify_proof(const Hash256& root, ByteView path, const Proof& proof, TrieHash hash) {
    if (root == empty_trie_root(hash)) {
        return {.valid = proof.items.size() == 1 && equal(proof.items[0], as_bytes("\x80"))};
    }
    Arena arena;
    std::array<std::uint8_t, kHashItemSize> root_item{kHashItem};
    std::ranges::copy(root, root_item.begin() + 1);
    const std::uint8_t* item = root_item.data();
    NibblePath rest(path);
    std::size_t used = 0;
    while (true) {
        ByteView rlp(item, *item == kHashItem ? 0 : item_size(item));
        if (*item == kHashItem) {
            if (used == proof.items.size() || !hashes_to(hash, proof.items[used], item)) {
                return {};
            }
            rlp = proof.items[used++];
        }
        const Node* node = decode_node(arena, rlp);
        if (node == nullptr) {
            return {};
        }
        const Step step = step_from(node, rest);
        if (step.ends) {
            Verdict verdict{.valid = used == proof.items.size()};
            if (verdict.valid && !step.value.empty()) {
                verdict.value.emplace(step.value.begin(), step.value.end());
            }
            return verdict;
        }
        rest = rest.from(step.used);
        item = step.next.item();
    }
}

}  // namespace commitbench::mpt
