/* SPDX-License-Identifier: Apache-2.0
 *
 * plugin.h: what a shared library must hold so that commitbench runs a backend, an executor or a workload from it.
 *
 * A plug-in exports ONE symbol, the data object `commitbench_plugin`. The host reads its versions before it calls anything:
 *
 *     commitbench_plugin --> abi_major, abi_minor      read first; this layout never changes
 *                            name, version, ...
 *                            interfaces[] --> { "commitbench.backend/1",  &a cb_backend_interface  }
 *                                             { "commitbench.executor/1", &a cb_executor_interface }
 *                                             { "commitbench.workload/1", &a cb_workload_interface }
 *
 * Rules that hold for everything below (the version rules and the change log are in ABI.md):
 *
 *   errors     Functions that can fail return a cb_code and, unless it is CB_OK, write one line into the caller's cb_error: what, why, remedy.
 *              Nothing is thrown across; a plug-in in C++ catches, one in Rust has a barrier for panics.
 *   ownership  Whoever allocates frees. Arguments belong to the caller and are valid during the call unless said otherwise. Strings that
 *              a plug-in gives are static, or say how long they live.
 *   threads    [one]  calls of this object come from one thread at a time, not always the same one
 *              [any]  called from several threads at the same time
 *   structs    Those with a `struct_size` only ever grow at the end: whoever fills one in writes sizeof, and whoever reads one touches no
 *              field beyond that size. A pointer to a function that is NULL is not offered; only those marked "optional" may be NULL.
 *              Records that come in arrays (cb_change, cb_bytes, cb_receipt) never change.
 *   time       The host times the calls. Work that belongs to a phase is done in its call, and none in threads that go on after it,
 *              unless `persist` says so below.
 *
 * C11 and C++. Includes nothing of commitbench.
 */
#ifndef COMMITBENCH_PLUGIN_H
#define COMMITBENCH_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

/* Must be the host's. */
#define COMMITBENCH_ABI_MAJOR 1u
/* May be smaller than the host's. */
#define COMMITBENCH_ABI_MINOR 0u

#define COMMITBENCH_BACKEND_1  "commitbench.backend/1"
#define COMMITBENCH_EXECUTOR_1 "commitbench.executor/1"
#define COMMITBENCH_WORKLOAD_1 "commitbench.workload/1"

/* The name of the symbol. */
#define COMMITBENCH_SYMBOL "commitbench_plugin"

#if defined(__GNUC__)
#    define COMMITBENCH_EXPORT __attribute__((visibility("default")))
#else
#    define COMMITBENCH_EXPORT
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------ errors and bytes */

typedef int32_t cb_code;
enum {
    CB_OK = 0,
    CB_BAD_INPUT = 1,    /* an option, a file or a folder that the user named is wrong */
    CB_IO = 2,           /* the system refused: disk full, no permission, device error */
    CB_CORRUPT = 3,      /* stored bytes are not what was written */
    CB_DOES_NOT_FIT = 4, /* the state is larger than the memory budget */
    CB_UNSUPPORTED = 5   /* not offered */
};

/* Memory of the caller. One line that ends with a zero; what does not fit is cut off. */
typedef struct cb_error {
    char message[512];
} cb_error;

/* A borrowed byte string. `data` may be NULL where size is 0. */
typedef struct cb_bytes {
    const uint8_t* data;
    size_t size;
} cb_bytes;

/* 32 bytes, uniformly distributed: workloads make keys so, and no backend needs to hash them. */
typedef struct cb_key {
    uint8_t bytes[32];
} cb_key;

/* ------------------------------------------------------------------------------------------------ options */

enum {
    CB_BOOLEAN = 0, /* on|off */
    CB_INTEGER = 1, /* 10000, 10k, 1M, 2G: powers of ten */
    CB_SIZE = 2,    /* bytes: 4096, 64KiB, 256MiB; kB, MB, GB are powers of ten */
    CB_REAL = 3,    /* 0.99 */
    CB_CHOICE = 4,  /* one of `range` */
    CB_PATH = 5     /* a file or folder */
};

/* A row of a component's table. All text is static. The host parses the user's words by it, refuses what is not in it, and prints it. */
typedef struct cb_option {
    const char* key;
    int32_t type;
    const char* unit;          /* "accounts", "bytes"; "" where there is none */
    const char* default_value; /* as a user would write it; NULL: must be given */
    const char* range;         /* "1..64", "auto|1..64", "a|b|c"; "" for any */
    const char* help;          /* one sentence */
} cb_option;

/* An option with its value. The host gives every option of the table, defaults included, in the order of the table, in one spelling a
 * value: on or off, a decimal number ("10k" comes as "10000", "64KiB" as "65536"), "auto", or the words themselves. */
typedef struct cb_setting {
    const char* key;
    const char* value;
} cb_setting;

/* ------------------------------------------------------------------------------------------------ what components tell */

/* A number that only grows; snake_case, with its unit where it is not "how many" (..._bytes, ..._ns). Text is copied. */
typedef void (*cb_counter_visitor)(void* context, const char* name, uint64_t value);
/* What the component chose or found out, and why. Text is copied. */
typedef void (*cb_fact_visitor)(void* context, const char* name, const char* value, const char* why);

/* ------------------------------------------------------------------------------------------------ what the host offers */

/* Belongs to the host and outlives the component. */
typedef struct cb_host {
    uint32_t struct_size;
    uint32_t workers; /* threads for what runs in parallel, the caller's included: at least 1 */
    void* context;
    /* Runs body(argument, i) for i = 0 .. workers - 1, each on a thread of its own, all at the same time, and returns when all have
     * returned. The threads are the harness's own, pinned where the user asked for it. Not from within a body. [one] */
    void (*run_on_workers)(void* context, void (*body)(void* argument, uint32_t worker), void* argument);
} cb_host;

/* ------------------------------------------------------------------------------------------------ changes */

enum { CB_OLD_UNKNOWN = 0, CB_OLD_ABSENT = 1, CB_OLD_PRESENT = 2 };

/* The net write of one key in a block. 72 bytes, and the host's own record: a block's changes are passed as they are, and not copied.
 *
 *      0        32          48          64   65   66
 *      | key    | old_value | new_value | old|del | 6 bytes of no meaning |
 */
typedef struct cb_change {
    cb_key key;
    cb_bytes old_value; /* where old_state == CB_OLD_PRESENT */
    cb_bytes new_value; /* unless deleted; empty is present, and not a deletion */
    uint8_t old_state;
    uint8_t deleted; /* 0 or 1 */
} cb_change;

/* ------------------------------------------------------------------------------------------------ backend */

enum { CB_DURABILITY_NONE = 0, CB_DURABILITY_BLOCK = 1 };

typedef struct cb_resources {
    uint32_t struct_size;
    int32_t durability; /* NONE: a persisted block survives the end of the process. BLOCK: a power cut, with one sync a block */
    uint64_t memory_budget; /* bytes for all caches and resident state */
    const char* directory;  /* for files; exists; what is there is to be opened. Valid until the backend is closed */
    const cb_host* host;
} cb_resources;

/* The first state, sorted by path, in batches. */
typedef struct cb_sorted_state {
    uint32_t struct_size;
    void* context;
    uint64_t size; /* entries in all */
    /* The next entries, at most `most`: how many there were, 0 at the end, or -1 where the source failed or the user interrupts (load
     * returns then, with any code). Valid until the next call. */
    int64_t (*next)(void* context, size_t most, const cb_key** keys, const cb_bytes** values);
} cb_sorted_state;

typedef struct cb_position {
    uint64_t block;   /* of the last persist; 0 after load */
    uint8_t root[32]; /* zero where the scheme is "none" */
    int32_t empty;    /* not 0: nothing was ever loaded or persisted */
} cb_position;

/* A step of a script (`commitbench root`): a key of any length. */
typedef struct cb_key_change {
    cb_bytes key;
    cb_bytes value;
    uint8_t deleted;
} cb_key_change;

/* Receives the items of a proof in order; copies them. */
typedef void (*cb_item_visitor)(void* context, cb_bytes item);

/* Order of life: open, load on an empty one, then for each block stage, merkleize, persist, once each; close at any time. After a
 * failure of load, stage, merkleize or persist only close follows; what was persisted before is there at the next open.
 * Readers are used between a block's persist and the next stage, and never while one of the three runs. */
enum { CB_KEEPS_FILES = 1u }; /* cb_backend_interface.flags: what was persisted is there for the next process */

typedef struct cb_backend_interface {
    uint32_t struct_size;
    uint32_t flags;
    const char* name;    /* as in --backend NAME; small letters, digits and '-' */
    const char* summary; /* one sentence */
    const cb_option* options;
    size_t option_count;

    /* [one] Opens what is in resources->directory, or begins something empty. `settings` is valid during the call. On failure
     * *backend stays untouched and nothing is left open. */
    cb_code (*open)(const cb_setting* settings, size_t count, const cb_resources* resources, void** backend, cb_error* error);
    /* [one] Readers have been closed before. Frees everything. */
    void (*close)(void* backend);

    /* [one] "none", or what the root commits to. Backends of one scheme give equal roots for equal states, and the host checks the roots
     * of schemes it knows (ABI.md lists them). A scheme of your own has a name of your own. Lives as long as the backend. */
    const char* (*scheme)(void* backend);
    /* Optional: NULL where a key is its own path. [any] Where the backend wants `keys` in sorted order, for load. */
    void (*paths_of)(void* backend, const cb_key* keys, size_t count, cb_key* paths);
    /* [one] */
    cb_code (*position)(void* backend, cb_position* position, cb_error* error);

    /* [one] Takes the whole first state and makes it block 0, durably. Not timed. Paths ascend strictly. A load that was cut short is
     * refused at the next open. */
    cb_code (*load)(void* backend, const cb_sorted_state* state, cb_error* error);
    /* [one] Loads what the changes touch and applies them in memory. Keys (not paths) ascend strictly. `changes` and all values stay valid
     * until persist has returned. */
    cb_code (*stage)(void* backend, const cb_change* changes, size_t count, cb_error* error);
    /* [one] Hashes to the root. */
    cb_code (*merkleize)(void* backend, uint8_t root[32], cb_error* error);
    /* [one] Writes the block as number `block`, all or nothing, and returns when it is as durable as asked. What need not be done then
     * (compaction, say) may go on in the backend's own threads. */
    cb_code (*persist)(void* backend, uint64_t block, cb_error* error);
    /* [one] Closes the files and opens them again: what was only in memory is gone. Readers have been closed before. */
    cb_code (*reopen)(void* backend, cb_error* error);

    /* [one] A reader is used by one thread at a time, several readers by several threads at the same time. */
    cb_code (*reader_open)(void* backend, void** reader, cb_error* error);
    /* [any, for different readers] The value in the last persisted block; *present is 0 or 1. Valid until this reader's next call, and no
     * longer than the next stage. */
    cb_code (*reader_get)(void* reader, const cb_key* key, cb_bytes* value, int32_t* present, cb_error* error);
    void (*reader_close)(void* reader);

    /* Optional. [one] Lengths of keys other than 32 bytes, as `commitbench root` scripts have; the last change of a key wins; order as
     * given. Else as stage. NULL: scripts' keys must have 32 bytes. */
    cb_code (*stage_keys)(void* backend, const cb_key_change* changes, size_t count, cb_error* error);
    /* Optional, both or none. [one] Against the root of the last persisted block, in the backend's own format. */
    cb_code (*prove)(void* backend, cb_bytes key, cb_item_visitor visitor, void* context, cb_error* error);
    /* *valid: the items lead to the root; *present and *value (valid until the next call): what they show. */
    cb_code (*verify)(void* backend, const uint8_t root[32], cb_bytes key, const cb_bytes* items, size_t count, int32_t* valid,
                      int32_t* present, cb_bytes* value, cb_error* error);

    /* Optional. [one] */
    void (*counters)(void* backend, cb_counter_visitor visitor, void* context);
    void (*facts)(void* backend, cb_fact_visitor visitor, void* context);
} cb_backend_interface;

/* ------------------------------------------------------------------------------------------------ transactions */

enum { CB_READ_ABSENT = 0, CB_READ_PRESENT = 1, CB_READ_STOP = 2 };

/* The state as one transaction sees it: before the block, under the writes of the transactions before it, under its own. Whoever executes
 * makes it (an executor), whoever is executed uses it (a workload). Used by one thread at a time.
 * STOP: the executor cannot answer now: the transaction returns a receipt that says stopped, at once. */
typedef struct cb_access {
    uint32_t struct_size;
    void* context;
    /* One of CB_READ_...; *value is valid until the next call on this access. */
    int32_t (*read)(void* context, const cb_key* key, cb_bytes* value);
    /* Bytes are copied. An empty value is present. */
    void (*write)(void* context, const cb_key* key, cb_bytes value);
    void (*erase)(void* context, const cb_key* key);
    /* Adds to the counter at `key`, 8 bytes big-endian, modulo 2^64; anything else counts as 0. STOP where a read would, else PRESENT. */
    int32_t (*add)(void* context, const cb_key* key, uint64_t amount);
    /* Before so many units of work beside accesses. 0: it has done all it may; it returns a receipt that says stopped. */
    int32_t (*spend)(void* context, uint64_t units);
} cb_access;

enum { CB_TX_OK = 0, CB_TX_FAILED = 1, CB_TX_STOPPED = 2 };

/* 16 bytes. The same for every correct executor. FAILED: refused by its own rules or by a limit; what it wrote until then counts as what an
 * OK one wrote (after a limit that is nothing). Only the writes of a STOPPED one do not count. */
typedef struct cb_receipt {
    uint8_t status;
    uint64_t digest; /* depends on every value that the transaction read */
} cb_receipt;

/* ------------------------------------------------------------------------------------------------ executor */

/* What a transaction touches: key number `key & 0x7fffffff`, and the highest bit set where it writes. */
typedef uint32_t cb_touch;

/* A block, readable by all workers. Belongs to the host until the next execute. */
typedef struct cb_block {
    uint32_t struct_size;
    uint32_t size; /* transactions */
    uint64_t number;
    void* context;
    /* [any] Runs transaction `index` against `access`: the same reads give the same writes and receipt. */
    void (*execute)(void* context, uint32_t index, const cb_access* access, cb_receipt* receipt);
    /* Declared access sets, or NULL where the executor did not ask for them: keys ascend; transaction i touches
     * touches[begins[i] .. begins[i + 1]), ascending by key. */
    const cb_key* keys;
    const uint32_t* begins; /* size + 1 places */
    const cb_touch* touches;
    size_t key_count;
} cb_block;

/* The state before the block. Readers as in cb_backend_interface. Valid until the next prepare. */
typedef struct cb_state {
    uint32_t struct_size;
    void* context;
    cb_code (*reader_open)(void* context, void** reader, cb_error* error);
    cb_code (*reader_get)(void* reader, const cb_key* key, cb_bytes* value, int32_t* present, cb_error* error);
    void (*reader_close)(void* reader);
} cb_state;

/* What an executor makes of a block. The arrays belong to the executor until its next execute, prepare or close. */
typedef struct cb_block_result {
    uint32_t struct_size;        /* the host's: write no field beyond it */
    const cb_change* changes;    /* net, each key once, ascending */
    size_t change_count;
    const cb_receipt* receipts;  /* one a transaction, in order */
    size_t receipt_count;
    uint64_t reads, state_reads, writes; /* by transactions; of the reads, those answered by the state before the block */
} cb_block_result;

enum { CB_NEEDS_ACCESS_SETS = 1u }; /* cb_executor_interface.flags */

typedef struct cb_executor_interface {
    uint32_t struct_size;
    uint32_t flags;
    const char* name;
    const char* summary;
    const cb_option* options;
    size_t option_count;

    /* [one] */
    cb_code (*open)(const cb_setting* settings, size_t count, const cb_host* host, uint64_t seed, void** executor, cb_error* error);
    void (*close)(void* executor);
    /* [one] Drops the readers it has; `state` is what it opens new ones of. Before the first block, and around a reopening of the backend;
     * NULL: there is no state for the time being. */
    cb_code (*prepare)(void* executor, const cb_state* state, cb_error* error);
    /* [one] With the effect of running the transactions in order. */
    cb_code (*execute)(void* executor, const cb_block* block, cb_block_result* result, cb_error* error);
    /* Optional. [one] */
    void (*counters)(void* executor, cb_counter_visitor visitor, void* context);
    void (*facts)(void* executor, cb_fact_visitor visitor, void* context);
} cb_executor_interface;

/* ------------------------------------------------------------------------------------------------ workload */

/* The same bytes for the same options and seed, whatever the threads or the order of calls. */
typedef struct cb_workload_interface {
    uint32_t struct_size;
    const char* name;
    const char* summary;
    const cb_option* options;
    size_t option_count;

    /* [one] */
    cb_code (*open)(const cb_setting* settings, size_t count, uint64_t seed, void** workload, cb_error* error);
    void (*close)(void* workload);

    /* [any] Keys in the first state. */
    uint64_t (*state_size)(void* workload);
    /* [any] Keys of the entries first .. first + count - 1, each entry's key once in the whole state, in no order. */
    void (*keys)(void* workload, uint64_t first, size_t count, cb_key* keys);
    /* [any] The value of an entry, never empty: at most `room` bytes of it into `value`; its whole size. */
    size_t (*value)(void* workload, uint64_t index, uint8_t* value, size_t room);
    /* [any] Blocks it can give; UINT64_MAX where it never ends. */
    uint64_t (*block_limit)(void* workload);

    /* [any] Block `number` from 1 on, and how many transactions it has. */
    cb_code (*block_open)(void* workload, uint64_t number, void** block, uint32_t* size, cb_error* error);
    void (*block_close)(void* block);
    /* [any] As cb_block.execute. */
    void (*block_execute)(void* block, uint32_t index, const cb_access* access, cb_receipt* receipt);

    /* Optional. [one] What identifies the blocks beside options and seed; "" or NULL where these say it all. Lives as long as the workload. */
    const char* (*content_digest)(void* workload);
    void (*facts)(void* workload, cb_fact_visitor visitor, void* context);
} cb_workload_interface;

/* ------------------------------------------------------------------------------------------------ the one symbol */

typedef struct cb_interface {
    const char* id;    /* COMMITBENCH_BACKEND_1 and so on; the host passes over ids that it does not know */
    const void* table; /* the interface that the id names, static */
} cb_interface;

typedef struct cb_plugin {
    uint32_t abi_major, abi_minor; /* first, and so for ever */
    uint32_t struct_size;
    uint32_t interface_count;
    const cb_interface* interfaces;
    const char* name;
    const char* version;
    const char* vendor;
    const char* license;
    const char* description; /* one sentence */
} cb_plugin;

/* Static data. */
COMMITBENCH_EXPORT extern const cb_plugin commitbench_plugin;

#ifdef __cplusplus
}
#endif

#endif /* COMMITBENCH_PLUGIN_H */
