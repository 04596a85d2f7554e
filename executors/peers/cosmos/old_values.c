/* SPDX-License-Identifier: Apache-2.0
 * cosmos gives the last values of a block, without those that they take the place of. Most are known from the block's own reads. */
#include "session.h"

#include <stdlib.h>
#include <string.h>

/* Keys are uniformly distributed (plugin.h): any of their bytes are a hash. */
static size_t place_of(const cb_key* key, size_t mask) {
    uint64_t word = 0;
    memcpy(&word, key, sizeof word);
    return (size_t)word & mask;
}

static const state_answer* find(const state_answer* const* table, size_t mask, const cb_key* key) {
    for (size_t i = place_of(key, mask);; i = (i + 1) & mask) {
        if (table[i] == NULL || memcmp(table[i]->key, key, sizeof *key) == 0) {
            return table[i];
        }
    }
}

void note_old_values(session* const* sessions, size_t count, cb_change* changes, size_t change_count) {
    size_t answers = 0;
    for (size_t i = 0; i < count; ++i) {
        answers += sessions[i]->answer_count;
    }
    size_t places = 16;
    while (places < 2 * answers) {
        places *= 2;
    }
    const size_t mask = places - 1;
    const state_answer** table = calloc(places, sizeof *table);
    if (table == NULL) {
        return; /* old values may be left out */
    }
    for (size_t i = 0; i < count; ++i) {
        for (size_t j = 0; j < sessions[i]->answer_count; ++j) {
            const state_answer* answer = &sessions[i]->answers[j];
            size_t place = place_of(answer->key, mask);
            while (table[place] != NULL) {
                place = (place + 1) & mask;
            }
            table[place] = answer;
        }
    }
    for (size_t i = 0; i < change_count; ++i) {
        const state_answer* answer = find(table, mask, &changes[i].key);
        changes[i].old_state = answer == NULL ? CB_OLD_UNKNOWN : answer->present ? CB_OLD_PRESENT : CB_OLD_ABSENT;
        changes[i].old_value = answer == NULL ? (cb_bytes){NULL, 0} : answer->value;
    }
    free(table);
}
