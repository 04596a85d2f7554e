/* SPDX-License-Identifier: Apache-2.0
 * Keys and values in an array, for the small states of test plug-ins. A key is looked for from the first to the last. */
#ifndef TESTS_PLUGIN_PAIRS_H
#define TESTS_PLUGIN_PAIRS_H

#include <commitbench/plugin.h>

#include <stdlib.h>
#include <string.h>

typedef struct pair {
    cb_key key;
    uint8_t* value;
    size_t size;
} pair;

typedef struct pairs {
    pair* all;
    size_t count, room;
} pairs;

/* `count` where it is not there. */
static inline size_t place_of(const pairs* self, const cb_key* key) {
    size_t i = 0;
    while (i < self->count && memcmp(self->all[i].key.bytes, key->bytes, sizeof key->bytes) != 0) {
        ++i;
    }
    return i;
}

/* The last one takes the place of one that is taken out. */
static inline void set(pairs* self, const cb_key* key, cb_bytes value, int deleted) {
    const size_t at = place_of(self, key);
    if (at < self->count) {
        free(self->all[at].value);
        self->all[at] = self->all[--self->count];
    }
    if (deleted) {
        return;
    }
    if (self->count == self->room) {
        self->room = self->room == 0 ? 64 : 2 * self->room;
        self->all = realloc(self->all, self->room * sizeof *self->all);
    }
    pair* made = &self->all[self->count++];
    made->key = *key;
    made->size = value.size;
    made->value = malloc(value.size + 1);
    if (value.size > 0) {
        memcpy(made->value, value.data, value.size);
    }
}

static inline void clear(pairs* self) {
    for (size_t i = 0; i < self->count; ++i) {
        free(self->all[i].value);
    }
    free(self->all);
    *self = (pairs){0};
}

/* 0, or -1 where the source failed. */
static inline int take_all(pairs* self, const cb_sorted_state* state, size_t at_a_time) {
    const cb_key* keys;
    const cb_bytes* values;
    int64_t more;
    while ((more = state->next(state->context, at_a_time, &keys, &values)) > 0) {
        for (int64_t i = 0; i < more; ++i) {
            set(self, &keys[i], values[i], 0);
        }
    }
    return more < 0 ? -1 : 0;
}

#endif
