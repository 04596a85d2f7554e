/* SPDX-License-Identifier: Apache-2.0
 * A small backend in C, and copies of it with one mistake each (-DMISTAKE_...), for what the host says of them. */
#include <commitbench/plugin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Pairs in an array, for small states. The root counts the keys: enough to see whether calls arrive, and no commitment. */
typedef struct pair {
    cb_key key;
    uint8_t* value;
    size_t size;
} pair;

typedef struct backend {
    pair* pairs;
    size_t count, room;
    cb_position position;
} backend;

static cb_code fail(cb_error* error, cb_code code, const char* text) {
    snprintf(error->message, sizeof error->message, "%s", text);
    return code;
}

static size_t place_of(const backend* self, const cb_key* key) {
    size_t i = 0;
    while (i < self->count && memcmp(self->pairs[i].key.bytes, key->bytes, sizeof key->bytes) != 0) {
        ++i;
    }
    return i;
}

static void set(backend* self, const cb_key* key, cb_bytes value, int deleted) {
    size_t at = place_of(self, key);
    if (at < self->count) {
        free(self->pairs[at].value);
        self->pairs[at] = self->pairs[--self->count];
    }
    if (deleted) {
        return;
    }
    if (self->count == self->room) {
        self->room = self->room == 0 ? 64 : 2 * self->room;
        self->pairs = realloc(self->pairs, self->room * sizeof *self->pairs);
    }
    pair* made = &self->pairs[self->count++];
    made->key = *key;
    made->size = value.size;
    made->value = malloc(value.size + 1);
    if (value.size > 0) {
        memcpy(made->value, value.data, value.size);
    }
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
    for (size_t i = 0; i < self->count; ++i) {
        free(self->pairs[i].value);
    }
    free(self->pairs);
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
    memset(root, 0, 32);
    memcpy(root, &((backend*)context)->count, sizeof(size_t));
    return CB_OK;
}

static cb_code load(void* context, const cb_sorted_state* state, cb_error* error) {
    backend* self = context;
    const cb_key* keys;
    const cb_bytes* values;
    int64_t more;
    while ((more = state->next(state->context, 100, &keys, &values)) > 0) {
        for (int64_t i = 0; i < more; ++i) {
            set(self, &keys[i], values[i], 0);
        }
#ifdef MISTAKE_LOAD_ENDS_EARLY
        break;
#endif
    }
    if (more < 0) {
        return fail(error, CB_IO, "the source failed");
    }
    self->position.empty = 0;
    return merkleize(self, self->position.root, error);
}

static cb_code stage(void* context, const cb_change* changes, size_t count, cb_error* error) {
#ifdef MISTAKE_FAILS_IN_STAGE
    return fail(error, 77, "made to fail\nin two lines");
#endif
    (void)error;
    for (size_t i = 0; i < count; ++i) {
        set(context, &changes[i].key, changes[i].new_value, changes[i].deleted);
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
    size_t at = place_of(self, key);
    *present = at < self->count;
#ifdef MISTAKE_LOSES_A_KEY
    *present = *present && key->bytes[0] >= 4;
#endif
    if (*present) {
        value->data = self->pairs[at].value;
        value->size = self->pairs[at].size;
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
#ifdef MISTAKE_BAD_DEFAULT
    {"cache", CB_SIZE, "bytes", "plenty", "", "how much"},
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
