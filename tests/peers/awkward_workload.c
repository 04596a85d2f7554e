/* SPDX-License-Identifier: Apache-2.0
 * A workload of what the built-in ones leave out: values of no length, reads of what the transaction itself wrote or erased, additions to what is
 * no counter, transactions that fail after they wrote. What is written depends on what was read, so that a lost update shows. */
#include <commitbench/plugin.h>

#include <stdlib.h>
#include <string.h>

enum { KEYS = 12, PRESENT = 8, TRANSACTIONS = 60, STEPS = 8, LONGEST = 40 };

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t mixed(uint64_t word) {
    word += 0x9e3779b97f4a7c15u;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
    return word ^ (word >> 31);
}

static void fill(uint64_t from, uint8_t* bytes, size_t size) {
    for (size_t i = 0; i < size; ++i) {
        bytes[i] = (uint8_t)(mixed(from + i / 8) >> (i % 8 * 8));
    }
}

static cb_key key_of(uint64_t number) {
    cb_key key;
    fill(mixed(number) + 1, key.bytes, sizeof key.bytes);
    return key;
}

static uint64_t digest_of(uint64_t digest, int32_t state, cb_bytes value) {
    digest = mixed(digest ^ (uint64_t)state);
    if (state == CB_READ_PRESENT) {
        digest = mixed(digest ^ value.size);
        for (size_t i = 0; i < value.size; ++i) {
            digest = mixed(digest ^ value.data[i]);
        }
    }
    return digest;
}

/* Gives CB_READ_STOP where the transaction has to end. */
static int32_t step(const cb_access* access, uint64_t chance, uint64_t* digest) {
    const cb_key key = key_of(chance % KEYS);
    uint8_t bytes[LONGEST];
    cb_bytes value = {bytes, (chance >> 20) % 3 == 0 ? 0 : (chance >> 24) % LONGEST};
    switch ((chance >> 8) % 6) {
        case 0:
        case 1: {
            const int32_t state = access->read(access->context, &key, &value);
            if (state == CB_READ_STOP) {
                return CB_READ_STOP;
            }
            *digest = digest_of(*digest, state, value);
            return state;
        }
        case 2:
        case 3:
            fill(*digest, bytes, value.size);
            access->write(access->context, &key, value);
            return CB_READ_PRESENT;
        case 4:
            access->erase(access->context, &key);
            return CB_READ_ABSENT;
        default:
            return access->add(access->context, &key, chance >> 1);
    }
}

static void block_execute(void* block, uint32_t index, const cb_access* access, cb_receipt* receipt) {
    const uint64_t number = *(const uint64_t*)block;
    uint64_t digest = mixed(number) ^ index;
    for (uint64_t i = 0; i < STEPS; ++i) {
        if (!access->spend(access->context, 1) || step(access, mixed(mixed(number << 32 | index) + i), &digest) == CB_READ_STOP) {
            receipt->status = CB_TX_STOPPED;
            return;
        }
    }
    receipt->status = digest % 4 == 0 ? CB_TX_FAILED : CB_TX_OK;
    receipt->digest = digest;
}

static cb_code open_workload(const cb_setting* settings, size_t count, uint64_t seed, void** workload, cb_error* error) {
    static char nothing;
    (void)settings, (void)count, (void)seed, (void)error;
    *workload = &nothing;
    return CB_OK;
}

static void close_workload(void* workload) { (void)workload; }

static uint64_t state_size(void* workload) {
    (void)workload;
    return PRESENT;
}

static void keys(void* workload, uint64_t first, size_t count, cb_key* out) {
    (void)workload;
    for (size_t i = 0; i < count; ++i) {
        out[i] = key_of(first + i);
    }
}

static size_t value(void* workload, uint64_t index, uint8_t* bytes, size_t room) {
    (void)workload;
    uint8_t whole[8]; /* a counter */
    fill(index, whole, sizeof whole);
    memcpy(bytes, whole, room < sizeof whole ? room : sizeof whole);
    return sizeof whole;
}

static uint64_t block_limit(void* workload) {
    (void)workload;
    return UINT64_MAX;
}

static cb_code block_open(void* workload, uint64_t number, void** block, uint32_t* size, cb_error* error) {
    (void)workload, (void)error;
    uint64_t* made = malloc(sizeof *made);
    if (made == NULL) {
        return CB_IO;
    }
    *made = number;
    *block = made;
    *size = TRANSACTIONS;
    return CB_OK;
}

static void block_close(void* block) { free(block); }

static const cb_workload_interface table = {
    .struct_size = sizeof table,
    .name = "awkward",
    .summary = "What the built-in workloads leave out.",
    .open = open_workload,
    .close = close_workload,
    .state_size = state_size,
    .keys = keys,
    .value = value,
    .block_limit = block_limit,
    .block_open = block_open,
    .block_close = block_close,
    .block_execute = block_execute,
};

static const cb_interface interfaces[] = {{COMMITBENCH_WORKLOAD_1, &table}};

const cb_plugin commitbench_plugin = {
    .abi_major = COMMITBENCH_ABI_MAJOR,
    .abi_minor = COMMITBENCH_ABI_MINOR,
    .struct_size = sizeof commitbench_plugin,
    .interface_count = 1,
    .interfaces = interfaces,
    .name = "awkward",
    .version = "1",
    .vendor = "commitbench",
    .license = "Apache-2.0",
    .description = "A workload for tests of executors.",
};
