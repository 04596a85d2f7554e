/* SPDX-License-Identifier: Apache-2.0
 * The symbol and the tables: Go exports functions, and no data.
 *
 * Behind every function here is one of exports.go. The void* of the ABI is a runtime/cgo handle there: C never holds a pointer into Go's memory. */
#include "_cgo_export.h"

/* As pinned in go.mod. */
#define COSMOS_VERSION "0.55.0"

static cb_code open_executor(const cb_setting* settings, size_t count, const cb_host* host, uint64_t seed, void** executor, cb_error* error) {
    (void)seed; /* nothing here is random */
    uintptr_t handle = 0;
    const cb_code code = cosmos_open((cb_setting*)settings, count, (cb_host*)host, &handle, error);
    if (code == CB_OK) {
        *executor = (void*)handle;
    }
    return code;
}

static void close_executor(void* executor) { cosmos_close((uintptr_t)executor); }

static cb_code prepare(void* executor, const cb_state* state, cb_error* error) {
    return cosmos_prepare((uintptr_t)executor, (cb_state*)state, error);
}

static cb_code execute(void* executor, const cb_block* block, cb_block_result* result, cb_error* error) {
    return cosmos_execute((uintptr_t)executor, (cb_block*)block, result, error);
}

static void counters(void* executor, cb_counter_visitor visitor, void* context) { cosmos_counters((uintptr_t)executor, visitor, context); }

static void facts(void* executor, cb_fact_visitor visitor, void* context) { cosmos_facts((uintptr_t)executor, visitor, context); }

static const cb_option options[] = {
    {"executors", CB_INTEGER, "threads", "auto", "auto|1..1024", "goroutines that execute, and GOMAXPROCS; auto: the cell's workers"},
    {"gc-percent", CB_INTEGER, "percent", "100", "1..1M",
     "how much the Go heap may grow over what is in use before it is collected (GOGC); 100 is Go's default, 1M as good as never"},
    {"metrics", CB_BOOLEAN, "", "off", "",
     "cosmos's own counters, validations and waits for an estimate among them; costs two looks at the clock an access, so not for timings"},
};

static const cb_executor_interface table = {
    .struct_size = sizeof table,
    .flags = 0,
    .name = "cosmos",
    .summary = "The Block-STM of cosmos-sdk, in Go.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .open = open_executor,
    .close = close_executor,
    .prepare = prepare,
    .execute = execute,
    .counters = counters,
    .facts = facts,
};

static const cb_interface interfaces[] = {{COMMITBENCH_EXECUTOR_1, &table}};

const cb_plugin commitbench_plugin = {
    .abi_major = COMMITBENCH_ABI_MAJOR,
    .abi_minor = COMMITBENCH_ABI_MINOR,
    .struct_size = sizeof commitbench_plugin,
    .interface_count = sizeof interfaces / sizeof interfaces[0],
    .interfaces = interfaces,
    .name = "cosmos",
    .version = COSMOS_VERSION,
    .vendor = "commitbench, around the cosmos-sdk authors' library",
    .license = "Apache-2.0, as cosmos-sdk",
    .description = "The Block-STM of cosmos-sdk " COSMOS_VERSION " behind commitbench's plug-in ABI.",
};
