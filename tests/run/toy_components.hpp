// SPDX-License-Identifier: Apache-2.0
// Small components for tests of a run: a workload of random blocks, a backend whose root is easy to
// compute by hand, and executors and backends that are wrong on purpose.
#pragma once

#include "harness/run/cell.hpp"

#include <atomic>

namespace commitbench::testing {

/// Options: keys, transactions, limit (blocks; 0: endless), interrupt_at (sets toy_interrupt() when
/// that block is made), repeat_key (entry 1 has entry 0's key), salt (another one: other blocks
/// under the same spec).
[[nodiscard]] const WorkloadComponent& toy_workload();
/// What toy workloads mix into their blocks besides options and seed: a change of the "code".
extern std::uint64_t toy_code_version;

/// Scheme "toy": root = XOR over all entries of four words made of key and value. Options:
/// fault=none|wrong_root|lost_write| lost_last_write|full|wrong_position|no_tree|not_empty,
/// at=BLOCK.
[[nodiscard]] const BackendComponent& toy_backend();
/// The reference of "toy"; null for any other scheme.
[[nodiscard]] std::unique_ptr<ReferenceTree> make_toy_tree(std::string_view scheme);

/// `sequential`, with one change dropped, receipt changed, or order broken in block 3. Options:
/// fault=loses|receipt|unsorted.
[[nodiscard]] const ExecutorComponent& faulty_executor();
/// `sequential`, which refuses a block that it did not receive with exactly the access sets that
/// its transactions turn out to have.
[[nodiscard]] const ExecutorComponent& declared_executor();
/// Fails at once: proves that nobody asked it.
[[nodiscard]] const ExecutorComponent& refusing_executor();

[[nodiscard]] std::atomic<bool>& toy_interrupt();

/// "name:key=value" of one of the components above, or of executor_registry().
[[nodiscard]] Choice<WorkloadComponent> workload_choice(std::string_view spec);
[[nodiscard]] Choice<BackendComponent> backend_choice(std::string_view spec);
[[nodiscard]] Choice<ExecutorComponent> executor_choice(std::string_view spec);

/// A fresh folder that goes with this object.
class TestFolder {
  public:
    TestFolder();
    TestFolder(const TestFolder&) = delete;
    TestFolder& operator=(const TestFolder&) = delete;
    ~TestFolder();
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// `sequential` x `backend` x toy, 8 measured blocks after 2, results below `folder`.
[[nodiscard]] RunRequest toy_request(const TestFolder& folder,
                                     std::string_view backend = "toy",
                                     std::string_view executor = "sequential",
                                     std::string_view workload = "toy");

/// The lines of runs.jsonl.
[[nodiscard]] std::vector<std::string> result_lines(const TestFolder& folder);

}  // namespace commitbench::testing
