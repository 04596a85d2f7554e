// SPDX-License-Identifier: Apache-2.0
// The oracle of the paged trie's tests: the recursive definition, and key sets of every shape.
//
//   node({}, d) = terminator;  node({k}, d) = leaf of k;
//   node(S, d)  = internal(node(keys of S whose bit d is 0, d + 1), node(those whose bit d is 1,
//   ...))
//
// Kept as a tree of everything, so that it can also be proved from. Shares only NodeHasher's
// one-at-a-time functions with what it checks.
#pragma once

#include "backends/paged/proof_source.hpp"
#include "codec/hex.hpp"

#include <array>
#include <map>
#include <random>

namespace commitbench::paged {

using Entries = std::map<StateKey, Hash256>;

inline constexpr std::array kHashFunctions{HashFunction::blake3, HashFunction::sha256,
                                           HashFunction::keccak256};

class PlainTrie final : public ProofSource {
  public:
    PlainTrie(const NodeHasher& hasher, const Entries& entries, std::uint32_t depth = 0) {
        std::vector<LeafEntry> leaves;
        for (const auto& [key, value_hash] : entries) {
            leaves.push_back({key, value_hash});
        }
        root_ = build(hasher, leaves, depth);
    }

    [[nodiscard]] const Node& root() const { return root_->node; }

    Status visit_terminals(std::span<const StateKey> keys, TerminalVisitor& visitor) override {
        std::optional<Place> last;
        for (const StateKey& key : keys) {
            if (last && is_below(key, *last)) {
                continue;
            }
            std::vector<Node> siblings;
            const Part* part = root_.get();
            while (part->left != nullptr) {
                const bool right = bit_of(key, static_cast<std::uint32_t>(siblings.size()));
                siblings.push_back((right ? part->left : part->right)->node);
                part = (right ? part->right : part->left).get();
            }
            const auto depth = static_cast<std::uint32_t>(siblings.size());
            const Terminal terminal = part->leaf ? Terminal::of_leaf(*part->leaf, depth)
                                                 : Terminal::of_nothing(key, depth);
            visitor.visit(terminal, siblings);
            last = terminal.place;
        }
        return {};
    }

  private:
    struct Part {
        Node node{};
        std::optional<LeafEntry> leaf{};
        std::unique_ptr<Part> left{};
        std::unique_ptr<Part> right{};
    };

    static std::unique_ptr<Part> build(const NodeHasher& hasher,
                                       std::span<const LeafEntry> leaves,
                                       std::uint32_t depth) {
        auto part = std::make_unique<Part>();
        if (leaves.size() == 1) {
            part->leaf = leaves[0];
            part->node = hasher.leaf(leaves[0].key, leaves[0].value_hash);
        } else if (leaves.size() > 1) {
            std::size_t middle = 0;
            while (middle < leaves.size() && !bit_of(leaves[middle].key, depth)) {
                ++middle;
            }
            part->left = build(hasher, leaves.first(middle), depth + 1);
            part->right = build(hasher, leaves.subspan(middle), depth + 1);
            part->node = hasher.internal(part->left->node, part->right->node);
        }
        return part;
    }

    std::unique_ptr<Part> root_;
};

[[nodiscard]] inline StateKey flipped(StateKey key, std::uint32_t bit) {
    key.bytes[bit / 8] = static_cast<std::uint8_t>(key.bytes[bit / 8] ^ 0x80U >> bit % 8);
    return key;
}

[[nodiscard]] inline Hash256 random_hash(std::mt19937_64& random) {
    Hash256 hash{};
    for (std::uint8_t& byte : hash) {
        byte = static_cast<std::uint8_t>(random());
    }
    return hash;
}

[[nodiscard]] inline StateKey random_key(std::mt19937_64& random) {
    return StateKey{random_hash(random)};
}

/// A key that shares exactly its first `bits` bits with `key`. INVARIANT: bits < kKeyBits.
[[nodiscard]] inline StateKey diverging(const StateKey& key,
                                        std::uint32_t bits,
                                        std::mt19937_64& random) {
    StateKey other = random_key(random);
    for (std::uint32_t i = 0; i < bits; ++i) {
        if (bit_of(other, i) != bit_of(key, i)) {
            other = flipped(other, i);
        }
    }
    return bit_of(other, bits) == bit_of(key, bits) ? flipped(other, bits) : other;
}

struct KeySet {
    std::string name;
    std::vector<StateKey> keys;  // ascending, each once
};

/// Sets of every shape: none, one, uniform, clusters around page borders, one-bit ladders down to
/// the last bit, neighbours that differ in it, runs of numbers.
[[nodiscard]] inline std::vector<KeySet> key_sets(std::mt19937_64& random) {
    std::vector<KeySet> sets;
    const auto add = [&sets](std::string name, std::vector<StateKey> keys) {
        std::ranges::sort(keys);
        keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
        sets.push_back({std::move(name), std::move(keys)});
    };
    const auto uniform = [&random](std::size_t count) {
        std::vector<StateKey> keys(count);
        std::ranges::generate(keys, [&random] { return random_key(random); });
        return keys;
    };
    for (const std::size_t count : {0U, 1U, 2U, 3U, 20U, 200U}) {
        add("uniform " + std::to_string(count), uniform(count));
    }
    for (const std::uint32_t bits : {0U, 1U, 5U, 6U, 7U, 63U, 64U, 127U, 250U, 254U, 255U}) {
        const StateKey key = random_key(random);
        add("pair at " + std::to_string(bits), {key, diverging(key, bits, random)});
    }
    for (const std::uint32_t bits : {6U, 12U, 13U, 100U, 247U}) {
        std::vector<StateKey> keys = uniform(3);
        for (int i = 0; i < 40; ++i) {
            keys.push_back(diverging(keys[0], bits, random));
        }
        add("cluster of " + std::to_string(bits) + " bits", std::move(keys));
    }
    std::vector<StateKey> ladder{random_key(random)};
    for (std::uint32_t bit = 0; bit < kKeyBits; ++bit) {
        ladder.push_back(flipped(ladder[0], bit));
    }
    add("ladder", ladder);
    std::vector<StateKey> sparse{StateKey{}, flipped(StateKey{}, 255)};
    for (std::uint32_t bit = 3; bit < kKeyBits; bit += 23) {
        sparse.push_back(flipped(StateKey{}, bit));
    }
    add("sparse ladder", std::move(sparse));
    std::vector<StateKey> numbers;
    for (unsigned i = 0; i < 70; ++i) {
        StateKey key;
        key.bytes[31] = static_cast<std::uint8_t>(i);
        numbers.push_back(key);
    }
    add("numbers", std::move(numbers));
    std::vector<StateKey> mixed = uniform(30);
    for (std::size_t i = 0; i < 60; ++i) {
        mixed.push_back(diverging(mixed[random() % mixed.size()],
                                  static_cast<std::uint32_t>(random() % kKeyBits), random));
    }
    add("mixed", std::move(mixed));
    return sets;
}

[[nodiscard]] inline Entries with_values(const std::vector<StateKey>& keys,
                                         std::mt19937_64& random) {
    Entries entries;
    for (const StateKey& key : keys) {
        entries[key] = random_hash(random);
    }
    return entries;
}

/// The set's keys and others: near each of them and anywhere. Ascending, with repetitions.
[[nodiscard]] inline std::vector<StateKey> asked(const std::vector<StateKey>& keys,
                                                 std::mt19937_64& random) {
    std::vector<StateKey> all = keys;
    for (const StateKey& key : keys) {
        all.push_back(diverging(key, static_cast<std::uint32_t>(random() % kKeyBits), random));
        all.push_back(flipped(key, static_cast<std::uint32_t>(random() % 12)));
    }
    for (int i = 0; i < 4; ++i) {
        all.push_back(random_key(random));
        all.push_back(all[random() % all.size()]);
    }
    std::ranges::sort(all);
    return all;
}

[[nodiscard]] inline std::string to_hex(const Node& node) {
    return commitbench::to_hex(node.bytes);
}

}  // namespace commitbench::paged
