/* SPDX-License-Identifier: Apache-2.0
 * The symbol and the tables: Go exports functions, and no data.
 *
 * Behind every function here is one of exports.go. A void* of the ABI is a runtime/cgo handle
 * there: C never holds a pointer into Go's memory. */
#include "_cgo_export.h"

/* As pinned in go.mod. */
#define GETH_VERSION "1.17.10"

static cb_code open_backend(const cb_setting* settings,
                            size_t count,
                            const cb_resources* resources,
                            void** backend,
                            cb_error* error) {
    uintptr_t handle = 0;
    const cb_code code =
        geth_open((cb_setting*)settings, count, (cb_resources*)resources, &handle, error);
    if (code == CB_OK) {
        *backend = (void*)handle;
    }
    return code;
}

static void close_backend(void* backend) {
    geth_close((uintptr_t)backend);
}

static const char* scheme(void* backend) {
    (void)backend;
    return "mpt-keccak256";
}

static cb_code position(void* backend, cb_position* out, cb_error* error) {
    return geth_position((uintptr_t)backend, out, error);
}

static cb_code load(void* backend, const cb_sorted_state* state, cb_error* error) {
    return geth_load((uintptr_t)backend, (cb_sorted_state*)state, error);
}

static cb_code stage(void* backend, const cb_change* changes, size_t count, cb_error* error) {
    return geth_stage((uintptr_t)backend, (cb_change*)changes, count, error);
}

static cb_code merkleize(void* backend, uint8_t root[32], cb_error* error) {
    return geth_merkleize((uintptr_t)backend, root, error);
}

static cb_code persist(void* backend, uint64_t block, cb_error* error) {
    return geth_persist((uintptr_t)backend, block, error);
}

static cb_code reopen(void* backend, cb_error* error) {
    return geth_reopen((uintptr_t)backend, error);
}

static cb_code reader_open(void* backend, void** reader, cb_error* error) {
    uintptr_t handle = 0;
    const cb_code code = geth_reader_open((uintptr_t)backend, &handle, error);
    if (code == CB_OK) {
        *reader = (void*)handle;
    }
    return code;
}

static cb_code reader_get(void* reader,
                          const cb_key* key,
                          cb_bytes* value,
                          int32_t* present,
                          cb_error* error) {
    return geth_reader_get((uintptr_t)reader, (cb_key*)key, value, present, error);
}

static void reader_close(void* reader) {
    geth_reader_close((uintptr_t)reader);
}

static cb_code stage_keys(void* backend,
                          const cb_key_change* changes,
                          size_t count,
                          cb_error* error) {
    return geth_stage_keys((uintptr_t)backend, (cb_key_change*)changes, count, error);
}

static cb_code prove(void* backend,
                     cb_bytes key,
                     cb_item_visitor visitor,
                     void* context,
                     cb_error* error) {
    return geth_prove((uintptr_t)backend, key, visitor, context, error);
}

static cb_code verify(void* backend,
                      const uint8_t root[32],
                      cb_bytes key,
                      const cb_bytes* items,
                      size_t count,
                      int32_t* valid,
                      int32_t* present,
                      cb_bytes* value,
                      cb_error* error) {
    return geth_verify((uintptr_t)backend, (uint8_t*)root, key, (cb_bytes*)items, count, valid,
                       present, value, error);
}

static void counters(void* backend, cb_counter_visitor visitor, void* context) {
    geth_counters((uintptr_t)backend, visitor, context);
}

static void facts(void* backend, cb_fact_visitor visitor, void* context) {
    geth_facts((uintptr_t)backend, visitor, context);
}

static const cb_option options[] = {
    {"scheme", CB_CHOICE, "", "path", "path|hash",
     "how nodes are stored: path: by their place in the trie, one version (pathdb); hash: by their "
     "hash, old ones stay (hashdb)"},
    {"db", CB_CHOICE, "", "pebble", "pebble|leveldb", "go-ethereum's key-value engine"},
    {"flush", CB_CHOICE, "", "block", "block|buffer",
     "block: persist writes the block to the database; buffer: as a node does it, many blocks at "
     "once, and a kill goes back to the last "
     "write: for durability=none alone"},
    {"reads", CB_CHOICE, "", "auto", "auto|flat|trie",
     "where execution reads: the flat state (scheme=path has one), or a walk from the root; auto: "
     "flat where there is one"},
    {"db-cache", CB_INTEGER, "MiB", "auto", "auto|16..",
     "block cache and write buffers of the engine; auto: half of the memory budget"},
    {"clean-cache", CB_INTEGER, "MiB", "auto", "auto|0..",
     "nodes as they are in the database; auto: 15 % of the memory budget, as go-ethereum divides "
     "its --cache, and what the others leave"},
    {"state-cache", CB_INTEGER, "MiB", "auto", "auto|0..",
     "values of the flat state; auto: 10 % of the memory budget, nothing where reads=trie"},
    {"dirty-cache", CB_INTEGER, "MiB", "auto", "auto|1..",
     "what flush=buffer collects before it writes; auto: 25 % of the memory budget (scheme=path: "
     "256 MiB at most); flush=block has no use for it"},
    {"handles", CB_INTEGER, "files", "auto", "auto|16..1M",
     "files that the engine keeps open; auto: half of what the process may, as go-ethereum does"},
    {"sync", CB_CHOICE, "", "auto", "auto|on|off",
     "one sync of the engine's log at the end of persist; auto: on with durability=block, and with "
     "flush=block over Pebble, whose log is in "
     "the process until then"},
    {"procs", CB_INTEGER, "threads", "auto", "auto|1..1024",
     "threads that run Go code at the same time (GOMAXPROCS), garbage collection and compaction "
     "included; auto: the cell's workers"},
    {"gogc", CB_INTEGER, "percent", "50", "10..10000",
     "how much Go's heap grows before it is collected (GOGC); the default is that of go-ethereum's "
     "--gogc"},
};

static const cb_backend_interface table = {
    .struct_size = sizeof table,
    .flags = CB_KEEPS_FILES,
    .name = "geth",
    .summary = "go-ethereum's own Merkle Patricia Trie and trie databases.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .open = open_backend,
    .close = close_backend,
    .scheme = scheme,
    .position = position,
    .load = load,
    .stage = stage,
    .merkleize = merkleize,
    .persist = persist,
    .reopen = reopen,
    .reader_open = reader_open,
    .reader_get = reader_get,
    .reader_close = reader_close,
    .stage_keys = stage_keys,
    .prove = prove,
    .verify = verify,
    .counters = counters,
    .facts = facts,
};

static const cb_interface interfaces[] = {{COMMITBENCH_BACKEND_1, &table}};

const cb_plugin commitbench_plugin = {
    .abi_major = COMMITBENCH_ABI_MAJOR,
    .abi_minor = COMMITBENCH_ABI_MINOR,
    .struct_size = sizeof commitbench_plugin,
    .interface_count = sizeof interfaces / sizeof interfaces[0],
    .interfaces = interfaces,
    .name = "geth",
    .version = GETH_VERSION,
    .vendor = "commitbench, around the go-ethereum authors' library",
    .license = "Apache-2.0; go-ethereum is LGPL-3.0-or-later",
    .description =
        "The trie of go-ethereum " GETH_VERSION " with hashdb and pathdb over Pebble and LevelDB.",
};
