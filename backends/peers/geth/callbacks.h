/* SPDX-License-Identifier: Apache-2.0
 * Calls through the host's function pointers, which Go cannot make itself. */
#ifndef COMMITBENCH_GETH_CALLBACKS_H
#define COMMITBENCH_GETH_CALLBACKS_H

#include <commitbench/plugin.h>

static inline int64_t next_entries(const cb_sorted_state* state,
                                   size_t most,
                                   const cb_key** keys,
                                   const cb_bytes** values) {
    return state->next(state->context, most, keys, values);
}

static inline void visit_counter(cb_counter_visitor visitor,
                                 void* context,
                                 const char* name,
                                 uint64_t value) {
    visitor(context, name, value);
}

static inline void visit_fact(cb_fact_visitor visitor,
                              void* context,
                              const char* name,
                              const char* value,
                              const char* why) {
    visitor(context, name, value, why);
}

/* Not a cb_bytes: Go may pass a pointer to its own memory as an argument, and not inside a struct.
 */
static inline void visit_item(cb_item_visitor visitor,
                              void* context,
                              const uint8_t* data,
                              size_t size) {
    const cb_bytes item = {data, size};
    visitor(context, item);
}

#endif /* COMMITBENCH_GETH_CALLBACKS_H */
