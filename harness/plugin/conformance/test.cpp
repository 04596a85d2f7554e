// SPDX-License-Identifier: Apache-2.0
#include "harness/plugin/conformance/test.hpp"

#include "harness/plugin/conformance/backend_tests.hpp"
#include "harness/plugin/conformance/executor_tests.hpp"
#include "harness/plugin/conformance/option_tests.hpp"
#include "harness/plugin/conformance/workload_tests.hpp"

#include <array>

namespace commitbench::conformance {
namespace {

constexpr Test kDescriptor{
    "descriptor", "Names, help and ranges are complete, and can be written on a command line.",
    test_descriptor};
constexpr Test kOptions{"options",
                        "It opens with its defaults, and with every choice and range end up to "
                        "65,536 or says why not; what its table forbids is refused.",
                        test_options};

constexpr std::array kBackendTests{
    kDescriptor,
    kOptions,
    Test{"empty-state",
         "An empty folder opens as empty; a state without keys can be loaded and built on, with "
         "its scheme's root.",
         test_empty_state},
    Test{"load",
         "A load of any size is block 0: every key reads back, and the root is the scheme's.",
         test_load},
    Test{"history",
         "After random blocks every key reads as in a key-value model, and every root is the "
         "scheme's.",
         test_history},
    Test{"empty-values", "An empty value in a block is present, and under mpt-... a deletion.",
         test_empty_values},
    Test{"huge-values", "Values of 64 KiB come, shrink and grow.", test_huge_values},
    Test{"no-changes", "A block without changes leaves the root and moves the position.",
         test_no_changes},
    Test{"many-deletes",
         "5,000 deletions in a block, and then of all keys, lead to the root of a load of what is "
         "left.",
         test_many_deletes},
    Test{"order", "The same keys and values have one root, whichever of them come first.",
         test_order},
    Test{"partition",
         "The same changes have one root, however they are divided into first state and blocks.",
         test_partition},
    Test{"deleted-is-never-inserted",
         "A key that is deleted leaves no trace in the root, and may come again.",
         test_deleted_is_never_inserted},
    Test{"workers", "Roots do not depend on the number of worker threads.", test_workers},
    Test{"script-keys", "stage_keys gives the root that stage gives (where offered).",
         test_script_keys},
    Test{"proofs",
         "Proofs of presence and of absence verify; with a bit changed, cut short or against "
         "another root they do not (where offered).",
         test_proofs},
    Test{"readers-across-blocks",
         "A reader sees the last persisted block, however long ago it was opened.",
         test_readers_across_blocks},
    Test{"readers-in-threads", "Several readers read in several threads at once.",
         test_readers_in_threads},
    Test{"close-at-any-time", "It can be closed after any call.", test_close_at_any_time},
    Test{"reopen", "After reopen position and values are those of the last persisted block.",
         test_reopen},
    Test{"staged-is-not-kept", "What was staged and not persisted is not there at the next open.",
         test_staged_is_not_kept},
    Test{"second-process", "What one process persists the next one finds, and goes on from there.",
         test_second_process},
    Test{"killed-in-persist",
         "Killed within persist, it opens at that block or the one before, with that block's root "
         "and values.",
         test_killed_in_persist},
    Test{"unwritable-folder", "A folder that cannot be written is an error with a reason.",
         test_unwritable_folder},
    Test{"counters-and-facts", "Counters have names and only grow; facts have names.",
         test_counters_and_facts},
};

constexpr std::array kExecutorTests{
    kDescriptor,
    kOptions,
    Test{"few-conflicts",
         "Changes and receipts are those of sequential, with one worker and with two, where "
         "transactions rarely meet.",
         test_few_conflicts},
    Test{"many-conflicts", "The same where nearly all of them meet.", test_many_conflicts},
    Test{"deletions", "The same where keys are deleted, made anew and written blindly.",
         test_deletions},
    Test{"additions", "The same where transactions add to counters.", test_additions},
    Test{"small-blocks", "The same for blocks of 0, 1 and 2 transactions between others.",
         test_small_blocks},
    Test{"failing-state", "A state that cannot be read is an error of execute.",
         test_failing_state},
};

constexpr std::array kWorkloadTests{
    kDescriptor,
    kOptions,
    Test{"same-bytes",
         "Keys and values are the same whenever asked, in whatever order, and in a second one of "
         "the same seed.",
         test_same_bytes},
    Test{"unique-keys", "Each key comes once in the first state.", test_unique_keys},
    Test{"values", "No value of the first state is empty.", test_values},
    Test{"threads", "Several threads may ask at once.", test_threads},
    Test{"blocks-in-any-order", "Blocks do not depend on the order in which they are made.",
         test_blocks_in_any_order},
    Test{"executors-agree", "Changes and receipts under block-stm are those under sequential.",
         test_executors_agree},
    Test{"stops",
         "The same reads give the same receipt; who failed wrote nothing; who is told to stop "
         "stops at once.",
         test_stops},
};

}  // namespace

std::span<const Test> tests_of(Kind kind) {
    switch (kind) {
        case Kind::backend:
            return kBackendTests;
        case Kind::executor:
            return kExecutorTests;
        case Kind::workload:
            break;
    }
    return kWorkloadTests;
}

Outcome outcome_of(const Status& status, const Trial& trial) {
    if (!status) {
        return {TestResult::failed, status.error().message};
    }
    if (!trial.skipped().empty()) {
        return {TestResult::skipped, trial.skipped()};
    }
    return {TestResult::ok, trial.note()};
}

Outcome carry_out(const Test& test, Trial& trial, const Subject& subject) {
    return outcome_of(test.function(trial, subject), trial);
}

}  // namespace commitbench::conformance
