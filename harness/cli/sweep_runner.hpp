// SPDX-License-Identifier: Apache-2.0
// Runs the cells of a sweep: this program, started again, on a restored state where there is one.
#pragma once

#include "harness/cli/sweep_plan.hpp"
#include "harness/sweep/state_cache.hpp"
#include "harness/sweep/sweep.hpp"

#include <map>

namespace commitbench::cli {

class SweepRunner final : public sweep::Runner {
  public:
    /// `plan` must outlive it. `folder` is the sweep's. `until_ci_percent` is for narrow_enough().
    SweepRunner(const CheckedPlan& plan,
                std::filesystem::path folder,
                sweep::StateCache states,
                double until_ci_percent,
                sweep::SweepProgress& progress)
        : plan_(plan),
          folder_(std::move(folder)),
          states_(std::move(states)),
          until_ci_percent_(until_ci_percent),
          progress_(progress) {}

    [[nodiscard]] Result<sweep::RunOutcome> run(const sweep::SweepCell& cell) override;
    [[nodiscard]] std::vector<std::string> command(const sweep::SweepCell& cell) const override;
    [[nodiscard]] Result<std::vector<std::string>> narrow_enough() override;
    [[nodiscard]] sweep::RunSize size(const sweep::SweepCell& cell) override;

    /// Of the state that this cell is restored from; nullopt where it keeps none on disk, or where
    /// that cannot be found out.
    [[nodiscard]] std::optional<StateIdentity> state_of(const sweep::SweepCell& cell);
    [[nodiscard]] const sweep::StateCache& states() const noexcept { return states_; }

  private:
    /// What is asked of a workload once, however many cells have it.
    struct WorkloadFacts {
        std::uint64_t keys = 0;
        std::string first_state;
        std::uint64_t transactions = 0;  // of a block
        std::uint64_t block_limit = 0;
    };

    [[nodiscard]] const RunArguments& arguments_of(const sweep::SweepCell& cell) const;
    [[nodiscard]] Result<WorkloadFacts> facts_of(const RunArguments& arguments);
    [[nodiscard]] Result<bool> keeps_files_of(const RunRequest& request);
    [[nodiscard]] Result<std::optional<StateIdentity>> identify(const RunArguments& arguments);
    [[nodiscard]] Error no_end() const;
    /// Makes the state. The child's Error, with its code.
    Status load(const RunArguments& arguments, const std::filesystem::path& folder);

    const CheckedPlan& plan_;
    std::filesystem::path folder_;
    sweep::StateCache states_;
    double until_ci_percent_;
    sweep::SweepProgress& progress_;
    std::map<std::string, WorkloadFacts> facts_;  // by spec and seed
    std::map<std::string, bool> keeps_files_;     // by backend spec and memory
};

}  // namespace commitbench::cli
