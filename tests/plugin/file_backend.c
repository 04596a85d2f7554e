/* SPDX-License-Identifier: Apache-2.0
 * A small backend in C that keeps files, and copies of it with one mistake each (-DMISTAKE_...), for what the host says of them.
 *
 * Every block writes the whole state:
 *
 *   state      u64 block, u64 pairs; of each pair 32 bytes key, u64 size, the bytes; u64 sum of all bytes before (FNV-1a)
 *   state.new  the same until it is complete and takes the name of the other
 */
#include "pairs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define FNV_START 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u

typedef struct backend {
    pairs state;
    cb_position position;
    int synced;
    char directory[3800], file[4000], next[4000];
} backend;

static uint64_t fnv(uint64_t sum, const void* bytes, size_t size) {
    const uint8_t* at = bytes;
    for (size_t i = 0; i < size; ++i) {
        sum = (sum ^ at[i]) * FNV_PRIME;
    }
    return sum;
}

static cb_code fail(cb_error* error, cb_code code, const char* file, const char* why) {
    snprintf(error->message, sizeof error->message, "%.300s: %.150s", file, why);
    return code;
}

/* ------------------------------------------------------------------------------------------------ files */

typedef struct sink {
    FILE* file;
    uint64_t sum;
    int failed;
} sink;

static void put(sink* to, const void* bytes, size_t size) {
    to->failed |= fwrite(bytes, 1, size, to->file) != size;
    to->sum = fnv(to->sum, bytes, size);
}

/* So that a new name in it survives a power cut. */
static int sync_directory(const backend* self) {
    const int directory = open(self->directory, O_RDONLY | O_DIRECTORY);
    const int synced = directory >= 0 && fsync(directory) == 0;
    if (directory >= 0) {
        close(directory);
    }
    return synced;
}

static cb_code write_file(backend* self, uint64_t block, cb_error* error) {
#ifdef MISTAKE_TORN_PERSIST
    (void)sync_directory;
    const char* name = self->file;
#else
    const char* name = self->next;
#endif
    sink to = {fopen(name, "wb"), FNV_START, 0};
    if (to.file == NULL) {
        return fail(error, CB_IO, name, strerror(errno));
    }
    const uint64_t count = self->state.count;
    put(&to, &block, sizeof block);
    put(&to, &count, sizeof count);
    for (size_t i = 0; i < self->state.count; ++i) {
        const pair* one = &self->state.all[i];
        const uint64_t size = one->size;
        put(&to, one->key.bytes, sizeof one->key.bytes);
        put(&to, &size, sizeof size);
        put(&to, one->value, one->size);
#ifdef MISTAKE_TORN_PERSIST
        if (i == self->state.count / 2) {
            fflush(to.file);
            usleep(4000); /* so that a kill falls here often enough */
        }
#endif
    }
    const uint64_t sum = to.sum;
    put(&to, &sum, sizeof sum);
    to.failed |= fflush(to.file) != 0;
    if (self->synced) {
        to.failed |= fsync(fileno(to.file)) != 0;
    }
    to.failed |= fclose(to.file) != 0;
    if (to.failed) {
        return fail(error, CB_IO, name, "cannot be written: check that the disk is not full");
    }
#ifndef MISTAKE_TORN_PERSIST
    if (rename(self->next, self->file) != 0 || (self->synced && !sync_directory(self))) {
        return fail(error, CB_IO, self->file, strerror(errno));
    }
#endif
    return CB_OK;
}

typedef struct source {
    FILE* file;
    uint64_t sum;
    int failed;
} source;

static void get(source* from, void* bytes, size_t size) {
    from->failed |= fread(bytes, 1, size, from->file) != size;
    from->sum = fnv(from->sum, bytes, from->failed ? 0 : size);
}

static cb_code merkleize(void* context, uint8_t root[32], cb_error* error);

/* What the file holds becomes the state; without a file it is empty. */
static cb_code read_file(backend* self, cb_error* error) {
    clear(&self->state);
    self->position = (cb_position){.empty = 1};
    source from = {fopen(self->file, "rb"), FNV_START, 0};
    if (from.file == NULL) {
        return errno == ENOENT ? CB_OK : fail(error, CB_IO, self->file, strerror(errno));
    }
    uint64_t count = 0;
    get(&from, &self->position.block, sizeof self->position.block);
    get(&from, &count, sizeof count);
    for (uint64_t i = 0; i < count && !from.failed; ++i) {
        cb_key key;
        uint64_t size = 0;
        get(&from, key.bytes, sizeof key.bytes);
        get(&from, &size, sizeof size);
        uint8_t* value = from.failed || size > (1u << 30) ? NULL : malloc(size + 1);
        if (value == NULL) {
            from.failed = 1;
            break;
        }
        get(&from, value, size);
        set(&self->state, &key, (cb_bytes){value, size}, 0);
        free(value);
    }
    const uint64_t right = from.sum;
    uint64_t sum = 0;
    get(&from, &sum, sizeof sum);
    fclose(from.file);
    if (from.failed || sum != right) {
        return fail(error, CB_CORRUPT, self->file, "is damaged: restore it from a copy");
    }
    self->position.empty = 0;
    return merkleize(self, self->position.root, error);
}

/* ------------------------------------------------------------------------------------------------ interface */

static cb_code open_backend(const cb_setting* settings, size_t count, const cb_resources* resources, void** out, cb_error* error) {
    (void)settings;
    (void)count;
    backend* self = calloc(1, sizeof *self);
    self->synced = resources->durability == CB_DURABILITY_BLOCK;
    snprintf(self->directory, sizeof self->directory, "%s", resources->directory);
    snprintf(self->file, sizeof self->file, "%s/state", self->directory);
    snprintf(self->next, sizeof self->next, "%s/state.new", self->directory);
    const cb_code read = read_file(self, error);
    if (read != CB_OK) {
        clear(&self->state);
        free(self);
        return read;
    }
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
    return "fnv-sum";
}

static cb_code position(void* context, cb_position* out, cb_error* error) {
    (void)error;
    *out = ((backend*)context)->position;
    return CB_OK;
}

/* The sum of what the pairs hash to: no cryptography, and the same in any order. */
static cb_code merkleize(void* context, uint8_t root[32], cb_error* error) {
    (void)error;
    const backend* self = context;
    uint64_t sum = 0;
    for (size_t i = 0; i < self->state.count; ++i) {
        const pair* one = &self->state.all[i];
        sum += fnv(fnv(FNV_START, one->key.bytes, sizeof one->key.bytes), one->value, one->size);
    }
    memset(root, 0, 32);
    memcpy(root, &sum, sizeof sum);
    return CB_OK;
}

static cb_code persist(void* context, uint64_t block, cb_error* error) {
    backend* self = context;
#ifdef MISTAKE_REOPEN_LOSES_A_BLOCK
    const cb_code written = block % 2 == 1 ? CB_OK : write_file(self, block, error);
#else
    const cb_code written = write_file(self, block, error);
#endif
    if (written != CB_OK) {
        return written;
    }
    self->position.block = block;
    self->position.empty = 0;
    return merkleize(self, self->position.root, error);
}

static cb_code load(void* context, const cb_sorted_state* state, cb_error* error) {
    backend* self = context;
    if (take_all(&self->state, state, 1000) != 0) {
        return fail(error, CB_IO, self->file, "the first state ended early");
    }
    return persist(self, 0, error);
}

static cb_code stage(void* context, const cb_change* changes, size_t count, cb_error* error) {
    backend* self = context;
    for (size_t i = 0; i < count; ++i) {
        set(&self->state, &changes[i].key, changes[i].new_value, changes[i].deleted);
    }
#ifdef MISTAKE_KEEPS_STAGED
    return write_file(self, self->position.block, error);
#else
    (void)error;
    return CB_OK;
#endif
}

static cb_code reopen(void* context, cb_error* error) { return read_file(context, error); }

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
    if (*present) {
        value->data = self->state.all[at].value;
        value->size = self->state.all[at].size;
    }
    return CB_OK;
}

static void reader_close(void* reader) { (void)reader; }

static const cb_backend_interface table = {
    .struct_size = sizeof table,
    .flags = CB_KEEPS_FILES,
    .name = "kept-c",
    .summary = "Pairs in an array, written to a file as a whole after each block.",
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
    .interface_count = sizeof interfaces / sizeof interfaces[0],
    .interfaces = interfaces,
    .name = "kept",
    .version = "1.0",
    .vendor = "commitbench",
    .license = "Apache-2.0",
    .description = "A small backend in C that keeps files.",
};
