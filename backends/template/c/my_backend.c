/* A backend for commitbench, to be changed into yours: a tree in memory (tsearch of the C library), and a root that is a sum over all pairs. */
#define _GNU_SOURCE /* tdestroy */
#include <commitbench/plugin.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    cb_key key; /* first: compare takes a key and a pair for the same */
    size_t size;
    uint8_t value[];
} pair;

typedef struct {
    void* pairs; /* of tsearch */
    uint64_t count, most_keys;
    uint64_t sum[4];
    cb_position position;
} backend;

static int compare(const void* a, const void* b) {
    return memcmp(a, b, sizeof(cb_key));
}

static cb_code fail(cb_error* error, cb_code code, const char* line) {
    snprintf(error->message, sizeof error->message, "%s", line);
    return code;
}

/* Adds to the root what a pair adds, or takes it away. Not cryptographic: put your tree here. */
static void add(backend* self, const pair* one, int taken_away) {
    for (uint64_t lane = 0; lane < 4; ++lane) {
        uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ lane;
        for (size_t i = 0; i < sizeof one->key.bytes; ++i) {
            hash = (hash ^ one->key.bytes[i]) * UINT64_C(0x100000001b3);
        }
        hash ^= hash >> 29;
        for (size_t i = 0; i < one->size; ++i) {
            hash = (hash ^ one->value[i]) * UINT64_C(0x100000001b3);
        }
        hash = (hash ^ (hash >> 29)) * UINT64_C(0x9e3779b97f4a7c15);
        self->sum[lane] += taken_away ? 0 - hash : hash;
    }
}

/* `value`: NULL deletes. */
static cb_code set(backend* self, const cb_key* key, const cb_bytes* value, cb_error* error) {
    pair** const found = tfind(key, &self->pairs, compare);
    if (found != NULL) {
        pair* const old = *found;
        add(self, old, 1);
        tdelete(key, &self->pairs, compare);
        free(old);
        --self->count;
    }
    if (value == NULL) {
        return CB_OK;
    }
    if (self->count >= self->most_keys) {
        return fail(error, CB_DOES_NOT_FIT, "there are more keys than most-keys allows: raise it");
    }
    pair* const made = malloc(sizeof *made + value->size);
    if (made != NULL) {
        made->key = *key;
        made->size = value->size;
        if (value->size != 0) {
            memcpy(made->value, value->data, value->size);
        }
    }
    if (made == NULL || tsearch(made, &self->pairs, compare) == NULL) {
        free(made);
        return fail(error, CB_DOES_NOT_FIT, "memory is exhausted: give it more, or a smaller state");
    }
    add(self, made, 0);
    ++self->count;
    return CB_OK;
}

static cb_code open_backend(const cb_setting* settings, size_t count, const cb_resources* resources, void** out, cb_error* error) {
    (void)resources;
    backend* const self = calloc(1, sizeof *self);
    if (self == NULL) {
        return fail(error, CB_DOES_NOT_FIT, "memory is exhausted: give it more, or a smaller state");
    }
    for (size_t i = 0; i < count; ++i) {
        if (strcmp(settings[i].key, "most-keys") == 0) {
            self->most_keys = strtoull(settings[i].value, NULL, 10);
        }
    }
    self->position.empty = 1;
    *out = self;
    return CB_OK;
}

static void close_backend(void* self) {
    tdestroy(((backend*)self)->pairs, free);
    free(self);
}

static const char* scheme(void* self) {
    (void)self;
    return "my-sum";
}

static cb_code position(void* self, cb_position* out, cb_error* error) {
    (void)error;
    *out = ((backend*)self)->position;
    return CB_OK;
}

static cb_code merkleize(void* self, uint8_t root[32], cb_error* error) {
    (void)error;
    memcpy(root, ((backend*)self)->sum, 32);
    return CB_OK;
}

static cb_code persist(void* context, uint64_t block, cb_error* error) {
    backend* const self = context;
    self->position.block = block;
    self->position.empty = 0;
    return merkleize(self, self->position.root, error);
}

static cb_code load(void* self, const cb_sorted_state* state, cb_error* error) {
    const cb_key* keys;
    const cb_bytes* values;
    int64_t count;
    cb_code code = CB_OK;
    while (code == CB_OK && (count = state->next(state->context, 1024, &keys, &values)) != 0) {
        if (count < 0) {
            return fail(error, CB_IO, "the first state ended early");
        }
        for (int64_t i = 0; i < count && code == CB_OK; ++i) {
            code = set(self, &keys[i], &values[i], error);
        }
    }
    return code == CB_OK ? persist(self, 0, error) : code;
}

static cb_code stage(void* self, const cb_change* changes, size_t count, cb_error* error) {
    cb_code code = CB_OK;
    for (size_t i = 0; i < count && code == CB_OK; ++i) {
        code = set(self, &changes[i].key, changes[i].deleted ? NULL : &changes[i].new_value, error);
    }
    return code;
}

static cb_code reopen(void* self, cb_error* error) {
    (void)self, (void)error; /* there are no files */
    return CB_OK;
}

/* Nothing changes between a block's persist and the next stage: a reader is the backend itself. */
static cb_code reader_open(void* self, void** reader, cb_error* error) {
    (void)error;
    *reader = self;
    return CB_OK;
}

static cb_code reader_get(void* self, const cb_key* key, cb_bytes* value, int32_t* present, cb_error* error) {
    (void)error;
    pair* const* const found = tfind(key, &((backend*)self)->pairs, compare);
    *present = found != NULL;
    if (found != NULL) {
        *value = (cb_bytes){(*found)->value, (*found)->size};
    }
    return CB_OK;
}

static void reader_close(void* self) {
    (void)self;
}

static const cb_option options[] = {{"most-keys", CB_INTEGER, "keys", "100M", "1..", "more keys than these are refused"}};

static const cb_backend_interface table = {
    .struct_size = sizeof table,
    .name = "my-backend",
    .summary = "A tree in memory whose root is a sum over all pairs.",
    .options = options,
    .option_count = sizeof options / sizeof *options,
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
};

static const cb_interface interfaces[] = {{COMMITBENCH_BACKEND_1, &table}};

const cb_plugin commitbench_plugin = {
    .abi_major = COMMITBENCH_ABI_MAJOR,
    .abi_minor = COMMITBENCH_ABI_MINOR,
    .struct_size = sizeof commitbench_plugin,
    .interface_count = 1,
    .interfaces = interfaces,
    .name = "my-backend",
    .version = "0.1",
    .vendor = "you",
    .license = "Apache-2.0",
    .description = "A tree in memory whose root is a sum over all pairs.",
};
