// SPDX-License-Identifier: Apache-2.0
// BackendSession: an open backend beside the model and the reference tree that it is compared with
// after every step.
#pragma once

#include "harness/core/reference_tree.hpp"
#include "harness/plugin/conformance/state_model.hpp"
#include "harness/plugin/conformance/subject.hpp"
#include "harness/runtime/worker_pool.hpp"

namespace commitbench::conformance {

struct SessionPlace {
    std::filesystem::path folder;
    Durability durability = Durability::none;
    WorkerPool* workers = nullptr;  ///< null: one thread
};

/// Every call is named to the trial before it is made, and what a call gives is checked at once: an
/// Error is a demand that was not met, or the backend's own. One thread.
class BackendSession {
  public:
    /// Opens what is in the folder.
    [[nodiscard]] static Result<std::unique_ptr<BackendSession>> open(Trial& trial,
                                                                      const Subject& subject,
                                                                      const SessionPlace& place);
    /// In a new folder, with this first state loaded.
    [[nodiscard]] static Result<std::unique_ptr<BackendSession>>
    begin(Trial& trial, const Subject& subject, const State& first, WorkerPool* workers = nullptr);
    BackendSession(const BackendSession&) = delete;
    BackendSession& operator=(const BackendSession&) = delete;

    Status load(const State& first);
    /// Stage, merkleize and persist as the next block. No writes are a block too.
    Status commit(const Writes& writes);
    /// The first two, after which the model has the block; then persist(), or the end.
    Result<Root> stage_and_merkleize(const Writes& writes);
    Status persist(const Root& root);
    Status reopen();

    /// That the open backend holds this state at this position.
    Status expect(const State& state, const Position& position);
    /// That these keys read as the model has them, through a new reader, or through this one.
    Status expect_values(std::span<const StateKey> keys);
    Status expect_values(StateReader& reader, std::span<const StateKey> keys) const;
    /// The same of all keys of the model, and of some that it does not have.
    Status expect_all_values();
    /// That the backend tells the position that the steps so far came to.
    Status expect_position() const;

    [[nodiscard]] Backend& backend() noexcept { return *backend_; }
    [[nodiscard]] const State& state() const noexcept { return state_; }
    [[nodiscard]] const Position& position() const noexcept { return position_; }
    [[nodiscard]] const Root& root() const noexcept { return position_.root; }
    [[nodiscard]] EmptyValue empty_value() const noexcept { return empty_value_of(scheme_); }
    [[nodiscard]] bool scheme_is_known() const noexcept { return tree_ != nullptr; }
    /// All keys of the model and as many again, up to a hundred, that it does not have.
    [[nodiscard]] std::vector<StateKey> keys_to_look_at();

  private:
    BackendSession(Trial& trial, std::unique_ptr<Backend> backend);
    Status check_root(const Root& root, std::uint64_t block);

    Trial& trial_;
    StateDiff
        diff_;  // of the block under way; outlives the backend, which may be closed before persist
    std::unique_ptr<Backend> backend_;
    std::string scheme_;
    std::unique_ptr<ReferenceTree> tree_;  // null: the scheme is not known
    State state_;
    Position position_;
    Random random_;
};

}  // namespace commitbench::conformance
