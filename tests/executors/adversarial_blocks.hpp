// SPDX-License-Identifier: Apache-2.0
// Small blocks in which transactions are in each other's way as much as they can.
#pragma once

#include "tests/executors/random_block.hpp"

#include <string>

namespace commitbench::testing {

struct NamedBlock {
    std::string name;
    std::vector<std::vector<Op>> transactions;
};

/// `size` transactions each, over a few keys from 0 on.
[[nodiscard]] inline std::vector<NamedBlock> adversarial_blocks(std::uint32_t size) {
    using Transactions = std::vector<std::vector<Op>>;
    const auto make = [size](const std::string& name, auto transaction) {
        Transactions transactions;
        for (std::uint32_t i = 0; i < size; ++i) {
            transactions.push_back(transaction(i));
        }
        return NamedBlock{name, std::move(transactions)};
    };
    using Ops = std::vector<Op>;
    return {
        make("chain: each reads what the one before wrote",
             [](std::uint32_t i) {
                 return Ops{{OpKind::read, i, 0}, {OpKind::write_sum, i + 1, i}};
             }),
        make("one hot key: all read and write it",
             [](std::uint32_t i) {
                 return Ops{{OpKind::read, 0, 0}, {OpKind::write_sum, 0, i}};
             }),
        make("one hot counter: all add to it, some look",
             [](std::uint32_t i) {
                 Ops ops{{OpKind::add, 0, i + 1}};
                 if (i % 3 == 2) {
                     ops.push_back({OpKind::read, 0, 0});
                     ops.push_back({OpKind::write_sum, 1, i});
                 }
                 return ops;
             }),
        make("readers before and after a writer",
             [size](std::uint32_t i) {
                 return i == size / 2 ? Ops{{OpKind::read, 1, 0}, {OpKind::write_sum, 0, i}}
                                      : Ops{{OpKind::read, 0, 0}, {OpKind::write_sum, 2 + i, i}};
             }),
        make("aborting and aborting again: what is written depends on what was read",
             [](std::uint32_t i) {
                 return Ops{{OpKind::read, 0, 0},
                            {OpKind::write_sum, 1 + i % 2, i},
                            {OpKind::fail_if_odd, 0, 0},
                            {OpKind::write_sum, 0, i},
                            {OpKind::read, 2 - i % 2, 0}};
             }),
        make("deletes: keys come and go",
             [](std::uint32_t i) {
                 return i % 2 == 0
                            ? Ops{{OpKind::read, 0, 0}, {OpKind::erase, 0, 0}, {OpKind::read, 1, 0}}
                            : Ops{{OpKind::read, 0, 0},
                                  {OpKind::write_sum, 0, i},
                                  {OpKind::erase, 1, 0}};
             }),
        make("estimate chains: each waits for the one before, over two keys",
             [](std::uint32_t i) {
                 return Ops{{OpKind::read, i % 2, 0},
                            {OpKind::read, 2, 0},
                            {OpKind::write_sum, (i + 1) % 2, i},
                            {OpKind::write_sum, 2, i}};
             }),
        make("writes that vanish: only some executions write the key",
             [](std::uint32_t i) {
                 return Ops{{OpKind::read, 0, 0},        {OpKind::write_sum, 0, i},
                            {OpKind::fail_if_odd, 0, 0}, {OpKind::write_fixed, 3, i},
                            {OpKind::read, 3, 0},        {OpKind::write_sum, 4, i}};
             }),
        make("writes before a wait: seen below by readers who are right until then",
             [](std::uint32_t i) {
                 switch (i % 4) {
                     case 0:
                         return Ops{{OpKind::write_fixed, 0, i}};
                     case 1:
                         return Ops{{OpKind::read, 0, 0}, {OpKind::write_sum, 1, i}};
                     case 2:
                         return Ops{{OpKind::write_fixed, 2, i}, {OpKind::read, 1, 0}};
                     default:
                         return Ops{{OpKind::read, 2, 0}, {OpKind::write_sum, 3, i}};
                 }
             }),
        make("cycles: a chain on each of three keys, the chains side by side",
             [](std::uint32_t i) {
                 return Ops{{OpKind::read, i % 3, 0}, {OpKind::write_sum, i % 3, i}};
             }),
        make("one reads all: between chains, a barrier that looks at every key",
             [size](std::uint32_t i) {
                 if (i != size / 2) {
                     return Ops{{OpKind::read, i % 4, 0}, {OpKind::write_sum, i % 4, i}};
                 }
                 Ops ops;
                 for (std::uint64_t key = 0; key < 4; ++key) {
                     ops.push_back({OpKind::read, key, 0});
                 }
                 ops.push_back({OpKind::write_sum, 0, i});
                 return ops;
             }),
        make("one writes all: between chains, a barrier that nobody reads past",
             [size](std::uint32_t i) {
                 if (i != size / 2) {
                     return Ops{{OpKind::read, i % 4, 0}, {OpKind::write_sum, i % 4, i}};
                 }
                 Ops ops;
                 for (std::uint64_t key = 0; key < 4; ++key) {
                     ops.push_back({OpKind::write_fixed, key, i + key});
                 }
                 return ops;
             }),
        make("early aborts: every other one fails or writes, by what it read",
             [](std::uint32_t i) {
                 Ops ops{{OpKind::read, i % 3, 0}};
                 if (i % 2 == 0) {
                     ops.push_back({OpKind::fail_if_odd, 0, 0});
                 }
                 ops.push_back({OpKind::write_sum, (i + 1) % 3, i});
                 return ops;
             }),
        make("blind writes over each other, and sums over them",
             [](std::uint32_t i) {
                 return i % 2 == 0 ? Ops{{OpKind::write_fixed, 0, i}, {OpKind::add, 1, 3}}
                                   : Ops{{OpKind::add, 0, i}, {OpKind::read, 1, 0}};
             }),
    };
}

}  // namespace commitbench::testing
