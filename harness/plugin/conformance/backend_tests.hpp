// SPDX-License-Identifier: Apache-2.0
// The tests for backends. What each demands stands in the table in test.cpp.
#pragma once

#include "harness/plugin/conformance/backend_session.hpp"

namespace commitbench::conformance {

/// Why a test of files does not apply.
inline constexpr const char* kKeepsNoFiles =
    "it does not say that it keeps files (CB_KEEPS_FILES, keeps_files)";

// backend_state_tests.cpp
Status test_empty_state(Trial& trial, const Subject& subject);
Status test_load(Trial& trial, const Subject& subject);
Status test_history(Trial& trial, const Subject& subject);
Status test_empty_values(Trial& trial, const Subject& subject);
Status test_huge_values(Trial& trial, const Subject& subject);
Status test_no_changes(Trial& trial, const Subject& subject);
Status test_many_deletes(Trial& trial, const Subject& subject);

// backend_root_tests.cpp
Status test_order(Trial& trial, const Subject& subject);
Status test_partition(Trial& trial, const Subject& subject);
Status test_deleted_is_never_inserted(Trial& trial, const Subject& subject);
Status test_workers(Trial& trial, const Subject& subject);
Status test_script_keys(Trial& trial, const Subject& subject);

// backend_proof_tests.cpp
Status test_proofs(Trial& trial, const Subject& subject);

// backend_life_tests.cpp
Status test_close_at_any_time(Trial& trial, const Subject& subject);
Status test_reopen(Trial& trial, const Subject& subject);
Status test_staged_is_not_kept(Trial& trial, const Subject& subject);
Status test_unwritable_folder(Trial& trial, const Subject& subject);
Status test_counters_and_facts(Trial& trial, const Subject& subject);

// backend_reader_tests.cpp
Status test_readers_across_blocks(Trial& trial, const Subject& subject);
Status test_readers_in_threads(Trial& trial, const Subject& subject);

// backend_process_tests.cpp
Status test_second_process(Trial& trial, const Subject& subject);
Status test_killed_in_persist(Trial& trial, const Subject& subject);

}  // namespace commitbench::conformance
