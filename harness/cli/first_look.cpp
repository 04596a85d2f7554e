// SPDX-License-Identifier: Apache-2.0
// `commitbench` without arguments: three small cells on the same blocks, so that the first thing
// seen is a comparison.
#include "harness/cli/command.hpp"
#include "harness/cli/run_arguments.hpp"

#include <fmt/format.h>

namespace commitbench::cli {

Result<int> first_look() {
    // Some seconds on two slow cores, the ledger included; all in memory.
    RunArguments arguments;
    arguments.workload = "transfer:accounts=200k,block-size=5k";
    arguments.backends = {"null", "flat:store=memory", "mpt:store=memory"};
    arguments.blocks = "20";
    arguments.warmup = "5";
    fmt::print(
        "A first look: transfers between 200,000 accounts, executed one after the other, on three "
        "backends.\n"
        "null keeps values only; flat stores them; mpt is Ethereum's Merkle Patricia Trie. All in "
        "memory.\n\n");
    auto exit_code = run_cells(arguments);
    if (!exit_code || *exit_code != 0) {
        return exit_code;
    }
    fmt::print(
        "\nNext:\n"
        "  commitbench run --workload transfer:accounts=1M --backend mpt:store=lmdb     a state on "
        "disk\n"
        "  commitbench run --workload trace:path=FOLDER --backend mpt:store=rocksdb     real "
        "blocks (commitbench trace info FOLDER)\n"
        "  commitbench sweep smoke --out DIR                                            a matrix, "
        "repeated and interleaved (commitbench sweep --list)\n"
        "  commitbench list                                                             every "
        "component\n"
        "  commitbench describe backend mpt                                             its "
        "options\n"
        "  commitbench doctor                                                           what "
        "disturbs measurement here\n"
        "The lines of these runs are in commitbench-results/runs.jsonl.\n");
    return 0;
}

}  // namespace commitbench::cli
