/* SPDX-License-Identifier: Apache-2.0
 * A small backend in C, and copies of it with one mistake each (-DMISTAKE_...), for what the host says of them. */
#include "pairs.h"

#include <stdio.h>
#include <unistd.h>

/* The root counts the keys: enough to see whether calls arrive, and no commitment. */
typedef struct backend {
    pairs state;
    uint64_t blocks, deletions; /* what no root may depend on */
    cb_position position;
} backend;

static cb_code fail(cb_error* error, cb_code code, const char* text) {
    snprintf(error->message, sizeof error->message, "%s", text);
    return code;
}

static cb_code open_backend(const cb_setting* settings, size_t count, const cb_resources* resources, void** out, cb_error* error) {
    (void)resources;
#ifdef MISTAKE_CRASH_IN_OPEN
    abort();
#endif
    for (size_t i = 0; i < count; ++i) {
        if (strcmp(settings[i].key, "refuse") == 0 && strcmp(settings[i].value, "on") == 0) {
            return fail(error, CB_BAD_INPUT, "refuse=on: it was asked to refuse; leave the option out");
        }
    }
    backend* self = calloc(1, sizeof *self);
    self->position.empty = 1;
    *out = self;
    return CB_OK;
}

static void close_backend(void* context) {
    backend* self = context;
    clear(&self->state);
    free(self);
}

static const char* scheme(void* context) {
    (void)context;
#ifdef MISTAKE_WRONG_ROOT
    return "mpt-keccak256";
#else
    return "key-count";
#endif
}

static cb_code position(void* context, cb_position* out, cb_error* error) {
    (void)error;
    *out = ((backend*)context)->position;
    return CB_OK;
}

static cb_code merkleize(void* context, uint8_t root[32], cb_error* error) {
    (void)error;
#ifdef MISTAKE_HANG_IN_MERKLEIZE
    for (;;) {
        sleep(1);
    }
#endif
    const backend* self = context;
    uint64_t more = 0;
#if defined(MISTAKE_ORDER_DEPENDENT)
    for (size_t i = 0; i < self->state.count; ++i) {
        more = 31 * more + self->state.all[i].key.bytes[0];
    }
#elif defined(MISTAKE_BATCH_DEPENDENT)
    more = self->blocks;
#elif defined(MISTAKE_DELETE_LEAVES_A_TRACE)
    more = self->deletions;
#endif
    memset(root, 0, 32);
    memcpy(root, &self->state.count, sizeof self->state.count);
    memcpy(root + 8, &more, sizeof more);
    return CB_OK;
}

static cb_code load(void* context, const cb_sorted_state* state, cb_error* error) {
    backend* self = context;
#ifdef MISTAKE_LOAD_ENDS_EARLY
    const cb_key* keys;
    const cb_bytes* values;
    const int64_t first = state->next(state->context, 100, &keys, &values);
    for (int64_t i = 0; i < first; ++i) {
        set(&self->state, &keys[i], values[i], 0);
    }
#else
    if (take_all(&self->state, state, 100) != 0) {
        return fail(error, CB_IO, "the source failed");
    }
#endif
    self->position.empty = 0;
    return merkleize(self, self->position.root, error);
}

static cb_code stage(void* context, const cb_change* changes, size_t count, cb_error* error) {
#ifdef MISTAKE_FAILS_IN_STAGE
    return fail(error, 77, "made to fail\nin two lines");
#endif
    (void)error;
    backend* self = context;
    ++self->blocks;
    for (size_t i = 0; i < count; ++i) {
        if (changes[i].deleted && place_of(&self->state, &changes[i].key) < self->state.count) {
            ++self->deletions;
        }
        set(&self->state, &changes[i].key, changes[i].new_value, changes[i].deleted);
    }
    return CB_OK;
}

static cb_code persist(void* context, uint64_t block, cb_error* error) {
    backend* self = context;
    self->position.block = block;
    return merkleize(self, self->position.root, error);
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
    const backend* self = reader;
    const size_t at = place_of(&self->state, key);
    *present = at < self->state.count;
#ifdef MISTAKE_LOSES_A_KEY
    *present = *present && key->bytes[0] >= 32;
#endif
    if (*present) {
        value->data = self->state.all[at].value;
        value->size = self->state.all[at].size;
    }
    return CB_OK;
}

static void reader_close(void* reader) { (void)reader; }

static void facts(void* context, cb_fact_visitor visitor, void* visited) {
    (void)context;
    visitor(visited, "language", "C", "it is written in it");
}

static const cb_option options[] = {
    {"refuse", CB_BOOLEAN, "", "off", "", "on: open refuses"},
#if defined(MISTAKE_BAD_DEFAULT)
    {"cache", CB_SIZE, "bytes", "plenty", "", "how much"},
#elif defined(MISTAKE_COUNTS_ITS_OPTIONS_WRONGLY)
    {0}, /* an end mark, as other interfaces have it, and counted with the others */
#endif
};

static const cb_backend_interface table = {
    .struct_size = sizeof table,
    .name = "small-c",
    .summary = "Pairs in an array; its root counts them.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .open = open_backend,
    .close = close_backend,
    .scheme = scheme,
    .position = position,
    .load = load,
    .stage = stage,
    .merkleize = merkleize,
#ifndef MISTAKE_NO_PERSIST
    .persist = persist,
#endif
    .reopen = reopen,
    .reader_open = reader_open,
    .reader_get = reader_get,
    .reader_close = reader_close,
    .facts = facts,
};

static const cb_interface interfaces[] = {
#ifdef MISTAKE_UNKNOWN_INTERFACE
    {"commitbench.backend/99", &table},
#else
    {COMMITBENCH_BACKEND_1, &table},
#endif
};

#ifndef MISTAKE_NO_SYMBOL
const cb_plugin commitbench_plugin = {
#    if defined(MISTAKE_OTHER_MAJOR)
    .abi_major = COMMITBENCH_ABI_MAJOR + 1,
#    else
    .abi_major = COMMITBENCH_ABI_MAJOR,
#    endif
#    if defined(MISTAKE_NEWER_MINOR)
    .abi_minor = COMMITBENCH_ABI_MINOR + 1,
#    else
    .abi_minor = COMMITBENCH_ABI_MINOR,
#    endif
#    if defined(MISTAKE_SHORT)
    .struct_size = 16,
#    else
    .struct_size = sizeof commitbench_plugin,
#    endif
    .interface_count = sizeof interfaces / sizeof interfaces[0],
    .interfaces = interfaces,
    .name = "small",
    .version = "1.0",
    .vendor = "commitbench",
    .license = "Apache-2.0",
    .description = "A small backend in C.",
};
#endif
