// SPDX-License-Identifier: Apache-2.0
#include "harness/run/result_line.hpp"

#include <array>

namespace commitbench {
namespace {

constexpr std::array kExplanations = std::to_array<MetricExplanation>({
    {"execute", "ns",
     "running the block's transactions, their reads of the state included; ends with the "
     "StateDiff"},
    {"stage", "ns",
     "loading what the StateDiff touches (trie nodes, old values) and applying it in memory"},
    {"merkleize", "ns", "hashing what changed up to the root"},
    {"persist", "ns", "writing the block's changes, and syncing them where durability=block"},
    {"other", "ns", "wall less the four spans: reading clocks, handing over results"},
    {"total", "ns",
     "wall time of a block from before execute to after persist; making the block, loading the "
     "first state and checking results lie outside"},
    {"execution_ms", "ms",
     "= execute. Reads are inside (as Besu has it; go-ethereum leaves them out)"},
    {"state_read_ms", "ms",
     "= stage: what the commitment loads. Reads by transactions are in execution_ms, for they are "
     "not timed one by one"},
    {"state_hash_ms", "ms",
     "= merkleize: hashing only (go-ethereum's figure also has the loading of nodes, which is "
     "state_read_ms here)"},
    {"commit_ms", "ms", "= persist"},
    {"total_ms", "ms", "= total: the four above and other, so that it exceeds their sum"},
    {"transactions_per_s", "1/s",
     "transactions of all measured blocks / sum of their wall times; never a mean of rates"},
    {"available", "",
     "parallelism.available: transactions / the longest chain of transactions that conflict, each "
     "counted as one unit of work, from the exact access sets"},
    {"edges", "",
     "pairs of an earlier and a later transaction that conflict with nobody's write between them"},
    {"longest_chain", "", "transactions that must run one after the other, summed over blocks"},
    {"executions", "", "runs of transactions, repeated ones included"},
    {"aborts", "", "transactions that touched what they had not declared, or must run again"},
    {"reads", "", "reads by transactions"},
    {"state_reads", "", "of those, the ones that the backend was asked for"},
    {"writes", "", "writes and deletions by transactions"},
    {"logical_bytes", "bytes", "keys and new values of all StateDiffs"},
    {"device_read_bytes", "bytes", "fetched from the device for this process (/proc/self/io)"},
    {"device_write_bytes", "bytes",
     "sent to the device for this process, or in the page cache on the way to it"},
    {"peak_rss_bytes", "bytes",
     "largest resident memory during warm-up and measured blocks, mapped files included"},
    {"rss_anon_bytes", "bytes",
     "at the end: resident memory of the process itself, heap and stacks"},
    {"rss_file_bytes", "bytes",
     "at the end: resident pages of mapped files (the program, LMDB's data), which the kernel "
     "takes "
     "back when memory is short; in no budget"},
    {"user_cpu_ns", "ns", "CPU of all threads in user mode, gaps between blocks included"},
    {"system_cpu_ns", "ns", "CPU of all threads in the kernel, gaps between blocks included"},
    {"nodes_loaded", "", "tree nodes fetched and decoded"},
    {"nodes_hashed", "", "tree nodes encoded and hashed"},
    {"nodes_written", "", "tree nodes put into the block's batch"},
    {"hash_permutations", "", "runs of the hash function's core"},
    {"witness_keys", "", "keys that the blocks' witnesses prove: those read or written, each once"},
    {"witness_bytes", "bytes",
     "the blocks' witnesses: root before and multi-proof (keys, hashes of values, siblings); no "
     "values"},
    {"witness_make_ns", "ns",
     "making and encoding the witnesses on one thread; inside stage, once what is written is "
     "loaded"},
    {"witness_verify_ns", "ns",
     "computing old and new roots from the witnesses' bytes and the writes on one thread, hashing "
     "the written values included; inside merkleize"},
    {"store_syncs", "", "syncs of the store's log"},
    {"store_cache_hits", "", "reads that the store's cache answered"},
    {"hash_floor_ns", "ns",
     "hash_permutations x hash_permutation_ns: the least time that one core needs for this "
     "hashing"},
    {"merkleize_over_floor", "", "(merkleize - witness_verify_ns) / hash_floor_ns"},
    {"stage_merkleize_over_floor", "",
     "(stage + merkleize - witness_make_ns - witness_verify_ns) / hash_floor_ns"},
    {"commit_over_floor", "",
     "(stage + merkleize + persist - witness_make_ns - witness_verify_ns) / hash_floor_ns"},
    {"slope_percent", "%",
     "least-squares slope of block time over the measured window, against its mean"},
    {"halves_percent", "%", "mean block time of the window's second half against its first"},
});

}  // namespace

std::span<const MetricExplanation> metric_explanations() {
    return kExplanations;
}

}  // namespace commitbench
