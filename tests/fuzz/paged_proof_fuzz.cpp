// SPDX-License-Identifier: Apache-2.0
// Proofs of the paged trie: what is read is written back as the same bytes, and what verifies is
// true.
#include "backends/paged/witness.hpp"
#include "tests/backends/paged_oracle.hpp"
#include "tests/fuzz/target.hpp"

namespace commitbench::fuzz {
namespace {

using namespace commitbench::paged;

const NodeHasher kHasher(HashFunction::blake3);

/// Eight keys that diverge at all sorts of bits; the value of each is its number.
struct Known {
    std::map<StateKey, Bytes> values{};
    std::unique_ptr<PlainTrie> trie{};
};

const Known& known() {
    static const Known kKnown = [] {
        Known made;
        Entries entries;
        std::uint8_t number = 0;
        for (const std::uint32_t bit : {0U, 1U, 2U, 6U, 7U, 13U, 200U, 255U}) {
            const StateKey key = flipped(StateKey{}, bit);
            made.values[key] = {number++};
            entries[key] = kHasher.value_hash(made.values[key]);
        }
        made.trie = std::make_unique<PlainTrie>(kHasher, entries);
        return made;
    }();
    return kKnown;
}

Bytes value_of(const StateKey& key) {
    const auto found = known().values.find(key);
    return found == known().values.end() ? Bytes() : found->second;
}

/// Items as one input: a length in two bytes before each.
Bytes joined(const Proof& proof) {
    Bytes out;
    for (const Bytes& item : proof.items) {
        out.push_back(static_cast<std::uint8_t>(item.size() >> 8));
        out.push_back(static_cast<std::uint8_t>(item.size()));
        out.insert(out.end(), item.begin(), item.end());
    }
    return out;
}

Proof split(ByteView input) {
    Proof proof;
    while (input.size() >= 2) {
        const std::size_t wanted = std::size_t{input[0]} << 8 | input[1];
        const ByteView item = input.subspan(2).first(std::min(wanted, input.size() - 2));
        proof.items.emplace_back(item.begin(), item.end());
        input = input.subspan(2 + item.size());
    }
    return proof;
}

bool check_path_items(ByteView input) {
    bool any_valid = false;
    const Proof proof = split(input);
    for (const std::uint32_t bit : {0U, 3U, 200U}) {
        const StateKey key = flipped(StateKey{}, bit);
        const Verdict verdict = verify_path_items(kHasher, known().trie->root(), key, proof);
        if (!verdict.valid) {
            continue;
        }
        any_valid = true;
        const bool present = known().values.contains(key);
        require(verdict.value.has_value() == present, "a valid path proof says what is so", input);
        require(!present || *verdict.value == value_of(key), "its value is the value", input);
        const Proof again = encode_path_proof(*prove_key(*known().trie, key), key, value_of(key));
        require(again.items == proof.items, "there is one proof of one statement", input);
    }
    return any_valid;
}

void check_terminals(ByteView input) {
    ByteView rest = input;
    Bytes again;
    while (!rest.empty()) {
        const auto terminal = take_terminal(rest);
        if (!terminal) {
            return;
        }
        append_terminal(again, *terminal);
    }
    require(equal(again, input), "terminals decoded and encoded are the same bytes", input);
}

bool check_witness(ByteView input) {
    const auto witness = Witness::decode(input);
    if (!witness) {
        return false;
    }
    const Bytes again = witness->encode();
    require(equal(again, input), "a witness decoded and encoded is the same bytes", input);
    const MultiProof& proof = witness->proof;
    if (verify_multi(kHasher, known().trie->root(), proof)) {
        for (const auto& [key, value] : known().values) {
            const Terminal* terminal = proof.look_up(key);
            require(terminal == nullptr || terminal->claim(key) == Claim::present,
                    "a valid multi-proof denies no key", input);
        }
    }
    // Against whatever root it says it has: the update must end, whatever the shape.
    std::vector<Write> writes;
    for (const Terminal& terminal : proof.terminals) {
        writes.push_back({terminal.place.path, std::nullopt});
    }
    const auto root = verify_update(kHasher, witness->old_root, proof, writes);
    require(!root || verify_multi(kHasher, witness->old_root, proof),
            "an update needs a proof that holds", input);
    return true;
}

}  // namespace

bool check(ByteView input) {
    check_terminals(input);
    const bool valid_path = check_path_items(input);
    return check_witness(input) || valid_path;
}

std::vector<Bytes> corpus() {
    std::vector<Bytes> inputs;
    PlainTrie& trie = *known().trie;
    std::vector<StateKey> keys;
    for (const std::uint32_t bit : {255U, 200U, 7U, 3U, 0U}) {  // ascending keys
        keys.push_back(flipped(StateKey{}, bit));
        inputs.push_back(make_witness(trie, trie.root(), keys)->encode());
        const auto path = prove_key(trie, keys.back());
        inputs.push_back(joined(encode_path_proof(*path, keys.back(), value_of(keys.back()))));
        append_terminal(inputs.emplace_back(), path->terminal);
        append_terminal(inputs.back(),
                        Terminal::of_nothing(keys.back(), static_cast<std::uint32_t>(keys.size())));
    }
    inputs.push_back(make_witness(trie, trie.root(), {})->encode());
    return inputs;
}

}  // namespace commitbench::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    commitbench::fuzz::check({data, size});
    return 0;
}
