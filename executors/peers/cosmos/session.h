/* SPDX-License-Identifier: Apache-2.0
 * A transaction's side of a block that cosmos-sdk executes: what a transaction is shown (cb_access), and the memory of it all.
 *
 *      cosmos's goroutine --> run_transaction --> the host's transaction --> cb_access
 *                                                                              |  own writes: answered here
 *                                                                              v  the rest: cosmos_read of exports.go
 *                              read_state <-- what cosmos has nothing of <-- multi-version store
 *
 * A transaction's writes stay here until it has ended, and are then given to cosmos at once: crossing into Go costs more than a small write does.
 * All keys and values of a block lie in the arenas of its sessions, and cosmos's structures hold slices of them: Go's collector has nothing to
 * scan there, and C holds no pointer into Go's memory. */
#ifndef COMMITBENCH_COSMOS_SESSION_H
#define COMMITBENCH_COSMOS_SESSION_H

#include <commitbench/plugin.h>

/* The last write of a transaction to one key. */
typedef struct own_write {
    const cb_key* key;
    cb_bytes value;
    int32_t erased;
} own_write;

/* A key that the state before the block was asked for, and what it said. */
typedef struct state_answer {
    const cb_key* key;
    cb_bytes value;
    int32_t present;
} state_answer;

/* What the execution of a transaction that counts (the last) did. */
typedef struct access_count {
    uint32_t reads, writes;
} access_count;

typedef struct chunk chunk;

/* One for each of cosmos's executors, used by one thread at a time: whatever of a block is not the block's. */
typedef struct session {
    uintptr_t go; /* its other half: a runtime/cgo handle */
    cb_access access;
    const cb_state* state;
    void* reader; /* NULL between prepare(NULL) and the next prepare */

    own_write* writes; /* of the transaction under way, or that ended last */
    size_t write_count, write_room;
    access_count count; /* likewise */
    int32_t stopped;    /* likewise: a read could not be answered */

    uint64_t executions;   /* of the block, as the rest */
    state_answer* answers; /* each key once, unless two sessions asked at the same time */
    size_t answer_count, answer_room;
    cb_code failed; /* CB_OK, or what the reader said last; `error` has its words */
    cb_error error;
    chunk* first_chunk; /* values and keys; ends with the next block */
    chunk* last_chunk;
    size_t chunk_used; /* of the last */
} session;

session* session_make(uintptr_t go);
void session_free(session* s);
cb_code session_open_reader(session* s, const cb_state* state, cb_error* error);
void session_close_reader(session* s);
/* Forgets the last block. */
void session_begin_block(session* s);

/* Runs transaction `index`. Its writes are in s->writes then, none where it stopped. */
void run_transaction(session* s, const cb_block* block, uint32_t index, cb_receipt* receipt, access_count* count);

/* The state before the block, for the transaction that runs on the calling thread: a Go function called from C stays on its caller's thread, so
 * that is the one that asks. Of a failure, the session is told. */
state_answer read_state(const cb_key* key);

/* Fills in old_value and old_state of a block's changes from what its sessions were answered. O(answers + changes). */
void note_old_values(session* const* sessions, size_t count, cb_change* changes, size_t change_count);

static inline void visit_counter(cb_counter_visitor visitor, void* context, const char* name, uint64_t value) { visitor(context, name, value); }

static inline void visit_fact(cb_fact_visitor visitor, void* context, const char* name, const char* value, const char* why) {
    visitor(context, name, value, why);
}

#endif /* COMMITBENCH_COSMOS_SESSION_H */
