/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include "_cgo_export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 1 << 20, COUNTER_BYTES = 8, ALIGNMENT = 8 };

struct chunk {
    chunk* next;
    size_t room;
    _Alignas(ALIGNMENT) uint8_t bytes[];
};

static _Thread_local session* running;

static void* grown(void* memory, size_t bytes) {
    void* larger = realloc(memory, bytes);
    if (larger == NULL) {
        fprintf(stderr, "cosmos: no memory for %zu bytes\n", bytes);
        abort(); /* as cgo's own malloc does */
    }
    return larger;
}

/* ------------------------------------------------------------------------------------------------ memory of a block */

/* Never NULL, not even for no bytes: to Go, a value with no address is none. */
static void* take(session* s, size_t bytes) {
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    while (s->last_chunk == NULL || s->last_chunk->room - s->chunk_used < bytes) {
        chunk** next = s->last_chunk == NULL ? &s->first_chunk : &s->last_chunk->next;
        if (*next == NULL) {
            const size_t room = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
            *next = grown(NULL, sizeof(chunk) + room);
            (*next)->next = NULL;
            (*next)->room = room;
        }
        s->last_chunk = *next;
        s->chunk_used = 0;
    }
    void* taken = s->last_chunk->bytes + s->chunk_used;
    s->chunk_used += bytes;
    return taken;
}

static const cb_key* kept_key(session* s, const cb_key* key) {
    cb_key* kept = take(s, sizeof *key);
    *kept = *key;
    return kept;
}

static cb_bytes kept_value(session* s, cb_bytes value) {
    uint8_t* kept = take(s, value.size);
    if (value.size > 0) {
        memcpy(kept, value.data, value.size);
    }
    return (cb_bytes){kept, value.size};
}

/* ------------------------------------------------------------------------------------------------ what a transaction is shown */

static int same_key(const cb_key* a, const cb_key* b) { return memcmp(a, b, sizeof *a) == 0; }

/* O(writes of the transaction). */
static own_write* own_write_of(session* s, const cb_key* key) {
    for (size_t i = s->write_count; i-- > 0;) {
        if (same_key(s->writes[i].key, key)) {
            return &s->writes[i];
        }
    }
    return NULL;
}

static int32_t access_read(void* context, const cb_key* key, cb_bytes* value) {
    session* s = context;
    if (s->stopped) {
        return CB_READ_STOP;
    }
    ++s->count.reads;
    const own_write* own = own_write_of(s, key);
    if (own != NULL) {
        *value = own->value;
        return own->erased ? CB_READ_ABSENT : CB_READ_PRESENT;
    }
    /* Kept, because cosmos keeps it in the read set. */
    const int32_t found = cosmos_read(s->go, (cb_key*)kept_key(s, key), value);
    if (found == CB_READ_STOP || s->failed != CB_OK) {
        s->stopped = 1;
        return CB_READ_STOP;
    }
    return found;
}

static void put(session* s, const cb_key* key, cb_bytes value, int32_t erased) {
    if (s->stopped) {
        return;
    }
    ++s->count.writes;
    own_write* own = own_write_of(s, key);
    if (own == NULL) {
        if (s->write_count == s->write_room) {
            s->write_room = 2 * s->write_room + 16;
            s->writes = grown(s->writes, s->write_room * sizeof *s->writes);
        }
        own = &s->writes[s->write_count++];
        own->key = kept_key(s, key);
    }
    own->value = value;
    own->erased = erased;
}

static void access_write(void* context, const cb_key* key, cb_bytes value) {
    session* s = context;
    put(s, key, kept_value(s, value), 0);
}

static void access_erase(void* context, const cb_key* key) { put(context, key, (cb_bytes){NULL, 0}, 1); }

static int32_t access_add(void* context, const cb_key* key, uint64_t amount) {
    session* s = context;
    cb_bytes value = {NULL, 0};
    const int32_t found = access_read(s, key, &value);
    if (found == CB_READ_STOP) {
        return CB_READ_STOP;
    }
    uint64_t sum = 0;
    if (found == CB_READ_PRESENT && value.size == COUNTER_BYTES) {
        for (size_t i = 0; i < COUNTER_BYTES; ++i) {
            sum = sum << 8 | value.data[i];
        }
    }
    sum += amount;
    uint8_t* bytes = take(s, COUNTER_BYTES);
    for (size_t i = COUNTER_BYTES; i-- > 0; sum >>= 8) {
        bytes[i] = (uint8_t)sum;
    }
    put(s, key, (cb_bytes){bytes, COUNTER_BYTES}, 0);
    return CB_READ_PRESENT;
}

/* cosmos cannot tell that an execution is doomed before it has ended. */
static int32_t access_spend(void* context, uint64_t units) {
    (void)units;
    return !((const session*)context)->stopped;
}

void run_transaction(session* s, const cb_block* block, uint32_t index, cb_receipt* receipt, access_count* count) {
    s->write_count = 0;
    s->count = (access_count){0, 0};
    s->stopped = s->failed != CB_OK; /* the block is lost */
    ++s->executions;
    running = s;
    block->execute(block->context, index, &s->access, receipt);
    running = NULL;
    if (receipt->status == CB_TX_STOPPED) {
        s->write_count = 0;
    }
    *count = s->count;
}

state_answer read_state(const cb_key* key) {
    session* s = running;
    state_answer answer = {key, {NULL, 0}, 0};
    cb_bytes value = {NULL, 0};
    const cb_code code = s->state->reader_get(s->reader, key, &value, &answer.present, &s->error);
    if (code != CB_OK) {
        s->failed = code;
        answer.present = 0;
        return answer;
    }
    if (answer.present) {
        answer.value = kept_value(s, value);
    }
    if (s->answer_count == s->answer_room) {
        s->answer_room = 2 * s->answer_room + 1024;
        s->answers = grown(s->answers, s->answer_room * sizeof *s->answers);
    }
    s->answers[s->answer_count++] = answer;
    return answer;
}

/* ------------------------------------------------------------------------------------------------ life */

session* session_make(uintptr_t go) {
    session* s = grown(NULL, sizeof *s);
    memset(s, 0, sizeof *s);
    s->go = go;
    s->access = (cb_access){.struct_size = sizeof(cb_access),
                            .context = s,
                            .read = access_read,
                            .write = access_write,
                            .erase = access_erase,
                            .add = access_add,
                            .spend = access_spend};
    return s;
}

void session_free(session* s) {
    session_close_reader(s);
    for (chunk* c = s->first_chunk; c != NULL;) {
        chunk* next = c->next;
        free(c);
        c = next;
    }
    free(s->writes);
    free(s->answers);
    free(s);
}

cb_code session_open_reader(session* s, const cb_state* state, cb_error* error) {
    session_close_reader(s);
    void* reader = NULL;
    const cb_code code = state->reader_open(state->context, &reader, error);
    if (code == CB_OK) {
        s->state = state;
        s->reader = reader;
    }
    return code;
}

void session_close_reader(session* s) {
    if (s->reader != NULL) {
        s->state->reader_close(s->reader);
        s->reader = NULL;
    }
}

void session_begin_block(session* s) {
    s->write_count = 0;
    s->executions = 0;
    s->answer_count = 0;
    s->failed = CB_OK;
    s->last_chunk = s->first_chunk;
    s->chunk_used = 0;
}
