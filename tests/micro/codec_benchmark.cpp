// SPDX-License-Identifier: Apache-2.0
// RLP at the shape of a trie's largest node.
#include "codec/rlp.hpp"

#include <benchmark/benchmark.h>

namespace commitbench {
namespace {

constexpr std::size_t kBranchSlots = 16;
constexpr std::size_t kBranchBytes = 532;  // 16 hashes and an empty value

Bytes full_branch() {
    Bytes payload;
    const Bytes hash(32, 0xab);
    for (std::size_t slot = 0; slot < kBranchSlots; ++slot) {
        rlp::append_string(payload, hash);
    }
    rlp::append_string(payload, {});
    Bytes branch;
    rlp::append_list(branch, payload);
    return branch;
}

void rlp_read_branch(benchmark::State& state) {
    const Bytes branch = full_branch();
    if (branch.size() != kBranchBytes) {
        state.SkipWithError("the branch does not have the size it should");
        return;
    }
    for ([[maybe_unused]] auto iteration : state) {
        rlp::Reader outer(branch);
        rlp::Item list;
        std::size_t items = 0;
        if (outer.next(list) == rlp::ReadError::none) {
            rlp::Reader inner(list.payload);
            rlp::Item item;
            while (!inner.at_end() && inner.next(item) == rlp::ReadError::none) {
                ++items;
            }
        }
        if (items != kBranchSlots + 1) {
            state.SkipWithError("an item is missing");
            return;
        }
        benchmark::DoNotOptimize(items);
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(branch.size()));
}
BENCHMARK(rlp_read_branch);

void rlp_write_branch(benchmark::State& state) {
    const Bytes hash(32, 0xab);
    Bytes buffer(kBranchBytes);
    for ([[maybe_unused]] auto iteration : state) {
        // INVARIANT of the writers: kBranchBytes is what they write (checked below).
        std::uint8_t* out = rlp::put_list_header(buffer.data(), kBranchSlots * 33 + 1);
        for (std::size_t slot = 0; slot < kBranchSlots; ++slot) {
            out = rlp::put_string(out, hash);
        }
        out = rlp::put_string(out, {});
        if (out != buffer.data() + buffer.size()) {
            state.SkipWithError("the branch does not have the size it should");
            return;
        }
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(buffer.size()));
}
BENCHMARK(rlp_write_branch);

}  // namespace
}  // namespace commitbench
