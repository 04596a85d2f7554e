/* SPDX-License-Identifier: Apache-2.0
 * What plug-ins of each ABI 1 were compiled with, and what no later header may change: sizes and places of the records, the first fields of the
 * tables, and the places of all functions of 1.0. Compiled as C and as C++. */
#ifndef TESTS_PLUGIN_LAYOUT_H
#define TESTS_PLUGIN_LAYOUT_H

#include <commitbench/plugin.h>

#ifdef __cplusplus
#    define KEPT(condition) static_assert(condition, "plug-ins rely on this")
#else
#    define KEPT(condition) _Static_assert(condition, "plug-ins rely on this")
#endif

KEPT(COMMITBENCH_ABI_MAJOR == 1);
KEPT(sizeof(cb_error) == 512);
KEPT(sizeof(cb_bytes) == 16 && offsetof(cb_bytes, size) == 8);
KEPT(sizeof(cb_key) == 32);
KEPT(sizeof(cb_change) == 72 && offsetof(cb_change, old_value) == 32 && offsetof(cb_change, new_value) == 48 &&
     offsetof(cb_change, old_state) == 64 && offsetof(cb_change, deleted) == 65);
KEPT(sizeof(cb_receipt) == 16 && offsetof(cb_receipt, digest) == 8);
KEPT(sizeof(cb_option) == 48 && sizeof(cb_setting) == 16);
KEPT(sizeof(cb_position) == 48 && offsetof(cb_position, root) == 8 && offsetof(cb_position, empty) == 40);

KEPT(offsetof(cb_plugin, abi_major) == 0 && offsetof(cb_plugin, abi_minor) == 4 && offsetof(cb_plugin, struct_size) == 8);
KEPT(offsetof(cb_plugin, interface_count) == 12 && offsetof(cb_plugin, interfaces) == 16 && offsetof(cb_plugin, description) == 56);
KEPT(sizeof(cb_interface) == 16);

KEPT(offsetof(cb_backend_interface, flags) == 4 && offsetof(cb_backend_interface, name) == 8 && offsetof(cb_backend_interface, open) == 40 &&
     offsetof(cb_backend_interface, stage) == 88 && offsetof(cb_backend_interface, reader_get) == 128 &&
     offsetof(cb_backend_interface, facts) == 176 && sizeof(cb_backend_interface) >= 184);
KEPT(offsetof(cb_executor_interface, flags) == 4 && offsetof(cb_executor_interface, open) == 40 && offsetof(cb_executor_interface, facts) == 80 &&
     sizeof(cb_executor_interface) >= 88);
KEPT(offsetof(cb_workload_interface, name) == 8 && offsetof(cb_workload_interface, open) == 40 && offsetof(cb_workload_interface, facts) == 120 &&
     sizeof(cb_workload_interface) >= 128);

KEPT(offsetof(cb_resources, memory_budget) == 8 && offsetof(cb_resources, host) == 24);
KEPT(offsetof(cb_host, workers) == 4 && offsetof(cb_host, run_on_workers) == 16);
KEPT(offsetof(cb_sorted_state, size) == 16 && offsetof(cb_sorted_state, next) == 24);
KEPT(offsetof(cb_access, read) == 16 && offsetof(cb_access, spend) == 48);
KEPT(offsetof(cb_block, number) == 8 && offsetof(cb_block, execute) == 24 && offsetof(cb_block, key_count) == 56);
KEPT(offsetof(cb_block_result, changes) == 8 && offsetof(cb_block_result, writes) == 56);
KEPT(offsetof(cb_state, reader_open) == 16 && offsetof(cb_state, reader_close) == 32);

/* Appended by 1.1. */
KEPT(offsetof(cb_host, rouse_workers) == 24 && sizeof(cb_host) >= 32);
KEPT(offsetof(cb_backend_interface, keeps_files) == 184 && sizeof(cb_backend_interface) >= 192);

#endif
