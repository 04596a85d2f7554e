// SPDX-License-Identifier: Apache-2.0
// Spec strings: parsed a few times a run, so anything below a millisecond is free.
#include "harness/core/options.hpp"

#include <array>
#include <benchmark/benchmark.h>

namespace commitbench {
namespace {

constexpr std::array kTable{
    OptionSpec{"store", OptionType::choice, "", "memory", "memory|lmdb|rocksdb", "the engine"},
    OptionSpec{"cache", OptionType::size, "bytes", "64MiB", "1MiB..1TiB", "for nodes"},
    OptionSpec{"accounts", OptionType::integer, "accounts", "1M", "1..", "how many"},
    OptionSpec{"path", OptionType::path, "", "", "", "a folder"},
};

void parse_and_resolve_spec(benchmark::State& state) {
    for ([[maybe_unused]] auto iteration : state) {
        const auto spec = parse_spec("mpt:store=rocksdb,cache=256MiB,path=\"/a,b\"");
        if (!spec || !resolve_options("backend", *spec, kTable)) {
            state.SkipWithError("a good spec was refused");
            return;
        }
    }
}
BENCHMARK(parse_and_resolve_spec);

}  // namespace
}  // namespace commitbench
