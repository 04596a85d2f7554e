/* SPDX-License-Identifier: Apache-2.0
 * A backend, an executor and a workload as small as they can be, built once with the plug-in header of ABI 1.0 and kept as every_interface.so:
 * every later host must load and run that file. Not built again: `build` says how it was.
 */
#include "plugin.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------------------------ keys and values in an array */

typedef struct entry {
    cb_key key;
    uint8_t* value;
    size_t size;
    uint8_t deleted;
} entry;

typedef struct entries {
    entry* all;
    size_t count, room;
} entries;

static entry* find(const entries* self, const cb_key* key) {
    for (size_t i = 0; i < self->count; ++i) {
        if (memcmp(self->all[i].key.bytes, key->bytes, sizeof key->bytes) == 0) {
            return &self->all[i];
        }
    }
    return NULL;
}

static void put(entries* self, const cb_key* key, cb_bytes value, int deleted) {
    entry* at = find(self, key);
    if (at == NULL) {
        if (self->count == self->room) {
            self->room = self->room == 0 ? 64 : 2 * self->room;
            self->all = realloc(self->all, self->room * sizeof *self->all);
        }
        at = &self->all[self->count++];
        *at = (entry){.key = *key};
    }
    uint8_t* copy = malloc(value.size + 1);
    if (value.size > 0) {
        memcpy(copy, value.data, value.size);
    }
    free(at->value);
    at->value = copy;
    at->size = value.size;
    at->deleted = deleted != 0;
}

static void forget(entries* self) {
    for (size_t i = 0; i < self->count; ++i) {
        free(self->all[i].value);
    }
    free(self->all);
    *self = (entries){0};
}

static int compare(const void* left, const void* right) {
    return memcmp(((const entry*)left)->key.bytes, ((const entry*)right)->key.bytes, sizeof(cb_key));
}

/* ------------------------------------------------------------------------------------------------ backend */

enum { MOST_WORKERS = 64 };

typedef struct backend {
    entries state;
    cb_position position;
    const cb_host* host;
    uint64_t blocks, sums[MOST_WORKERS];
} backend;

static cb_code backend_open(const cb_setting* settings, size_t count, const cb_resources* resources, void** out, cb_error* error) {
    (void)settings;
    (void)count;
    (void)error;
    backend* self = calloc(1, sizeof *self);
    self->position.empty = 1;
    self->host = resources->host;
    *out = self;
    return CB_OK;
}

static void backend_close(void* context) {
    forget(&((backend*)context)->state);
    free(context);
}

static const char* scheme(void* context) {
    (void)context;
    return "fnv-sum";
}

static cb_code position(void* context, cb_position* out, cb_error* error) {
    (void)error;
    *out = ((backend*)context)->position;
    return CB_OK;
}

static uint64_t fnv(uint64_t sum, const uint8_t* bytes, size_t size) {
    for (size_t i = 0; i < size; ++i) {
        sum = (sum ^ bytes[i]) * 0x100000001b3u;
    }
    return sum;
}

/* Every worker sums its part, so that the host's threads are needed. */
static void sum_part(void* argument, uint32_t worker) {
    backend* self = argument;
    uint64_t sum = 0;
    for (size_t i = worker; i < self->state.count; i += self->host->workers) {
        const entry* one = &self->state.all[i];
        if (!one->deleted) {
            sum += fnv(fnv(0xcbf29ce484222325u, one->key.bytes, sizeof one->key.bytes), one->value, one->size);
        }
    }
    self->sums[worker] = sum;
}

static cb_code merkleize(void* context, uint8_t root[32], cb_error* error) {
    (void)error;
    backend* self = context;
    self->host->run_on_workers(self->host->context, sum_part, self);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < self->host->workers; ++i) {
        sum += self->sums[i];
    }
    memset(root, 0, 32);
    memcpy(root, &sum, sizeof sum);
    return CB_OK;
}

static cb_code persist(void* context, uint64_t block, cb_error* error) {
    backend* self = context;
    ++self->blocks;
    self->position.block = block;
    self->position.empty = 0;
    return merkleize(self, self->position.root, error);
}

static cb_code load(void* context, const cb_sorted_state* state, cb_error* error) {
    backend* self = context;
    const cb_key* keys;
    const cb_bytes* values;
    int64_t more;
    while ((more = state->next(state->context, 100, &keys, &values)) > 0) {
        for (int64_t i = 0; i < more; ++i) {
            put(&self->state, &keys[i], values[i], 0);
        }
    }
    if (more < 0) {
        strcpy(error->message, "the first state ended early");
        return CB_IO;
    }
    return persist(self, 0, error);
}

static cb_code stage(void* context, const cb_change* changes, size_t count, cb_error* error) {
    (void)error;
    for (size_t i = 0; i < count; ++i) {
        put(&((backend*)context)->state, &changes[i].key, changes[i].new_value, changes[i].deleted);
    }
    return CB_OK;
}

static cb_code reopen(void* context, cb_error* error) {
    (void)context;
    (void)error;
    return CB_OK;
}

static cb_code reader_open(void* context, void** reader, cb_error* error) {
    (void)error;
    *reader = context;
    return CB_OK;
}

static cb_code reader_get(void* reader, const cb_key* key, cb_bytes* value, int32_t* present, cb_error* error) {
    (void)error;
    const entry* found = find(&((backend*)reader)->state, key);
    *present = found != NULL && !found->deleted;
    if (*present) {
        *value = (cb_bytes){found->value, found->size};
    }
    return CB_OK;
}

static void reader_close(void* reader) { (void)reader; }

static void backend_counters(void* context, cb_counter_visitor visitor, void* visited) { visitor(visited, "persisted", ((backend*)context)->blocks); }

static const cb_backend_interface backend_table = {
    .struct_size = sizeof backend_table,
    .name = "kept-backend",
    .summary = "Pairs in an array; the root is a sum.",
    .open = backend_open,
    .close = backend_close,
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
    .counters = backend_counters,
};

/* ------------------------------------------------------------------------------------------------ executor */

typedef struct executor {
    const cb_state* state;
    void* reader;
    entries block, transaction; /* what was written */
    cb_change* changes;
    cb_receipt* receipts;
    uint64_t reads, state_reads, writes;
    cb_code failed;
    cb_error* error;
} executor;

static int32_t access_read(void* context, const cb_key* key, cb_bytes* value) {
    executor* self = context;
    ++self->reads;
    const entry* found = find(&self->transaction, key);
    if (found == NULL) {
        found = find(&self->block, key);
    }
    if (found != NULL) {
        *value = (cb_bytes){found->value, found->size};
        return found->deleted ? CB_READ_ABSENT : CB_READ_PRESENT;
    }
    ++self->state_reads;
    int32_t present = 0;
    self->failed = self->state->reader_get(self->reader, key, value, &present, self->error);
    return self->failed != CB_OK ? CB_READ_STOP : present ? CB_READ_PRESENT : CB_READ_ABSENT;
}

static void access_write(void* context, const cb_key* key, cb_bytes value) {
    ++((executor*)context)->writes;
    put(&((executor*)context)->transaction, key, value, 0);
}

static void access_erase(void* context, const cb_key* key) {
    ++((executor*)context)->writes;
    put(&((executor*)context)->transaction, key, (cb_bytes){0}, 1);
}

static int32_t access_add(void* context, const cb_key* key, uint64_t amount) {
    cb_bytes value = {0};
    const int32_t found = access_read(context, key, &value);
    if (found == CB_READ_STOP) {
        return found;
    }
    uint64_t number = 0;
    for (size_t i = 0; i < 8 && found == CB_READ_PRESENT && value.size == 8; ++i) {
        number = number << 8 | value.data[i];
    }
    number += amount;
    uint8_t bytes[8];
    for (size_t i = 8; i > 0; number >>= 8) {
        bytes[--i] = (uint8_t)number;
    }
    access_write(context, key, (cb_bytes){bytes, sizeof bytes});
    return CB_READ_PRESENT;
}

static int32_t access_spend(void* context, uint64_t units) {
    (void)context;
    (void)units;
    return 1;
}

static cb_code executor_open(const cb_setting* settings, size_t count, const cb_host* host, uint64_t seed, void** out, cb_error* error) {
    (void)settings;
    (void)count;
    (void)host;
    (void)seed;
    (void)error;
    *out = calloc(1, sizeof(executor));
    return CB_OK;
}

static void drop_reader(executor* self) {
    if (self->reader != NULL) {
        self->state->reader_close(self->reader);
        self->reader = NULL;
    }
}

static void executor_close(void* context) {
    executor* self = context;
    drop_reader(self);
    forget(&self->block);
    forget(&self->transaction);
    free(self->changes);
    free(self->receipts);
    free(self);
}

static cb_code prepare(void* context, const cb_state* state, cb_error* error) {
    executor* self = context;
    drop_reader(self);
    self->state = state;
    return state == NULL ? CB_OK : state->reader_open(state->context, &self->reader, error);
}

static cb_code execute(void* context, const cb_block* block, cb_block_result* result, cb_error* error) {
    executor* self = context;
    const cb_access access = {sizeof access, self, access_read, access_write, access_erase, access_add, access_spend};
    forget(&self->block);
    self->reads = self->state_reads = self->writes = 0;
    self->error = error;
    self->failed = CB_OK;
    self->receipts = realloc(self->receipts, (block->size + 1) * sizeof *self->receipts);
    for (uint32_t i = 0; i < block->size; ++i) {
        forget(&self->transaction);
        self->receipts[i] = (cb_receipt){CB_TX_STOPPED, 0};
        block->execute(block->context, i, &access, &self->receipts[i]);
        if (self->failed != CB_OK) {
            return self->failed;
        }
        for (size_t k = 0; k < self->transaction.count && self->receipts[i].status != CB_TX_STOPPED; ++k) {
            const entry* one = &self->transaction.all[k];
            put(&self->block, &one->key, (cb_bytes){one->value, one->size}, one->deleted);
        }
    }
    if (self->block.count > 0) {
        qsort(self->block.all, self->block.count, sizeof *self->block.all, compare);
    }
    self->changes = realloc(self->changes, (self->block.count + 1) * sizeof *self->changes);
    for (size_t k = 0; k < self->block.count; ++k) {
        const entry* one = &self->block.all[k];
        self->changes[k] = (cb_change){.key = one->key, .new_value = {one->value, one->size}, .deleted = one->deleted};
    }
    result->changes = self->changes;
    result->change_count = self->block.count;
    result->receipts = self->receipts;
    result->receipt_count = block->size;
    result->reads = self->reads;
    result->state_reads = self->state_reads;
    result->writes = self->writes;
    return CB_OK;
}

static const cb_executor_interface executor_table = {
    .struct_size = sizeof executor_table,
    .name = "kept-executor",
    .summary = "Runs transactions in order.",
    .open = executor_open,
    .close = executor_close,
    .prepare = prepare,
    .execute = execute,
};

/* ------------------------------------------------------------------------------------------------ workload */

typedef struct workload {
    uint64_t counters, seed;
} workload;

typedef struct block_of {
    const workload* of;
    uint64_t number;
} block_of;

static uint64_t mix(uint64_t x) {
    x = (x ^ x >> 31) * 0x9e3779b97f4a7c15u;
    return x ^ x >> 29;
}

static cb_key counter_key(uint64_t index) {
    cb_key key;
    for (uint64_t word = 0; word < 4; ++word) {
        const uint64_t bits = mix(4 * index + word + 1);
        memcpy(key.bytes + 8 * word, &bits, sizeof bits);
    }
    return key;
}

static cb_code workload_open(const cb_setting* settings, size_t count, uint64_t seed, void** out, cb_error* error) {
    (void)error;
    workload* self = calloc(1, sizeof *self);
    self->seed = seed;
    for (size_t i = 0; i < count; ++i) {
        if (strcmp(settings[i].key, "counters") == 0) {
            self->counters = strtoull(settings[i].value, NULL, 10);
        }
    }
    *out = self;
    return CB_OK;
}

static void workload_close(void* context) { free(context); }
static uint64_t state_size(void* context) { return ((workload*)context)->counters; }

static void keys(void* context, uint64_t first, size_t count, cb_key* out) {
    (void)context;
    for (size_t i = 0; i < count; ++i) {
        out[i] = counter_key(first + i);
    }
}

static size_t value(void* context, uint64_t index, uint8_t* out, size_t room) {
    const uint64_t number = mix(index + ((workload*)context)->seed);
    memcpy(out, &number, room < sizeof number ? room : sizeof number);
    return sizeof number;
}

static uint64_t block_limit(void* context) {
    (void)context;
    return UINT64_MAX;
}

static cb_code block_open(void* context, uint64_t number, void** block, uint32_t* size, cb_error* error) {
    (void)error;
    block_of* made = malloc(sizeof *made);
    *made = (block_of){context, number};
    *block = made;
    *size = 20;
    return CB_OK;
}

static void block_close(void* block) { free(block); }

static void block_execute(void* block, uint32_t index, const cb_access* access, cb_receipt* receipt) {
    const block_of* self = block;
    const uint64_t at = mix((self->of->seed + self->number) * 1000 + index);
    const cb_key from = counter_key(at % self->of->counters), to = counter_key(at / 7 % self->of->counters);
    cb_bytes seen = {0};
    receipt->status = CB_TX_STOPPED;
    const int32_t found = access->read(access->context, &from, &seen);
    if (found == CB_READ_STOP) {
        return;
    }
    receipt->digest = found == CB_READ_PRESENT ? fnv(1, seen.data, seen.size) : 0;
    if (!access->spend(access->context, 1)) {
        return;
    }
    if (index % 5 == 0) {
        access->erase(access->context, &to);
    } else if (index % 5 == 1) {
        const uint64_t next = mix(receipt->digest);
        access->write(access->context, &to, (cb_bytes){(const uint8_t*)&next, sizeof next});
    } else if (access->add(access->context, &to, index) == CB_READ_STOP) {
        return;
    }
    receipt->status = CB_TX_OK;
}

static const cb_option workload_options[] = {{"counters", CB_INTEGER, "counters", "100", "1..", "keys of the first state"}};

static const cb_workload_interface workload_table = {
    .struct_size = sizeof workload_table,
    .name = "kept-workload",
    .summary = "Counters that transactions read, write, delete and add to.",
    .options = workload_options,
    .option_count = 1,
    .open = workload_open,
    .close = workload_close,
    .state_size = state_size,
    .keys = keys,
    .value = value,
    .block_limit = block_limit,
    .block_open = block_open,
    .block_close = block_close,
    .block_execute = block_execute,
};

/* ------------------------------------------------------------------------------------------------ the one symbol */

static const cb_interface interfaces[] = {
    {COMMITBENCH_BACKEND_1, &backend_table}, {COMMITBENCH_EXECUTOR_1, &executor_table}, {COMMITBENCH_WORKLOAD_1, &workload_table}};

const cb_plugin commitbench_plugin = {
    .abi_major = COMMITBENCH_ABI_MAJOR,
    .abi_minor = COMMITBENCH_ABI_MINOR,
    .struct_size = sizeof commitbench_plugin,
    .interface_count = sizeof interfaces / sizeof interfaces[0],
    .interfaces = interfaces,
    .name = "kept",
    .version = "1.0",
    .vendor = "commitbench",
    .license = "Apache-2.0",
    .description = "All three interfaces of ABI 1.0.",
};
