// SPDX-License-Identifier: Apache-2.0
// The key-value model that backends are compared with, and the histories that they are given.
#pragma once

#include "harness/core/backend.hpp"
#include "harness/plugin/conformance/trial.hpp"

#include <map>
#include <optional>

namespace commitbench::conformance {

using State = std::map<StateKey, Bytes>;
/// A block's net writes; nullopt deletes.
using Writes = std::map<StateKey, std::optional<Bytes>>;

/// What an empty value in a block means under a commitment scheme.
enum class EmptyValue : unsigned char { is_present, is_deletion };
/// Ethereum's trie takes it for a deletion; plugin.h has it present everywhere else.
[[nodiscard]] EmptyValue empty_value_of(std::string_view scheme) noexcept;

void apply(State& state, const Writes& writes, EmptyValue empty);

/// Old values are told of a random half of the keys. Views point into the diff.
[[nodiscard]] StateDiff diff_of(const Writes& writes, const State& before, Random& random);

/// Makes first states and blocks, which follow from the seed and the states that it is shown.
class History {
  public:
    explicit History(Random random) : random_(random) {}

    [[nodiscard]] StateKey key();
    /// Not empty, of up to a few hundred bytes.
    [[nodiscard]] Bytes value();
    [[nodiscard]] State first_state(std::size_t keys);
    /// New keys, other and equal values for old ones, deletions of present and of absent keys, keys
    /// that were deleted before, empty values and some of 64 KiB. `state` is that before the block.
    [[nodiscard]] Writes block(const State& state, std::size_t writes);

  private:
    [[nodiscard]] StateKey present_key(const State& state);
    [[nodiscard]] Bytes any_value();

    Random random_;
    std::vector<StateKey> deleted_;
};

/// A state as Backend::load takes it. Borrows the state.
class SortedModel final : public SortedState {
  public:
    SortedModel(const State& state, const Backend& backend);
    [[nodiscard]] Result<bool> next(StateKey& key, ByteView& value) override;
    [[nodiscard]] std::uint64_t size() const override { return entries_.size(); }

  private:
    std::vector<std::pair<StateKey, State::const_iterator>> entries_;  // by path
    std::size_t at_ = 0;
};

/// "key 0x12ab…", enough to recognise it by; "0x00ff… (300 bytes)"; "absent".
[[nodiscard]] std::string show(const StateKey& key);
[[nodiscard]] std::string show(const Root& root);
[[nodiscard]] std::string show(const std::optional<ByteView>& value);

}  // namespace commitbench::conformance
