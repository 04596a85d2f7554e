// SPDX-License-Identifier: Apache-2.0
#include "harness/plugin/conformance/backend_session.hpp"

#include <algorithm>

namespace commitbench::conformance {
namespace {

// Stores need some; small enough that caches do not hold all of a larger state.
constexpr std::uint64_t kMemoryBudget = std::uint64_t{256} << 20;

Writes all_of(const State& state) {
    Writes writes;
    for (const auto& [key, value] : state) {
        writes.emplace_hint(writes.end(), key, value);
    }
    return writes;
}

}  // namespace

BackendSession::BackendSession(Trial& trial, std::unique_ptr<Backend> backend)
    : trial_(trial),
      backend_(std::move(backend)),
      scheme_(backend_->commitment_scheme()),
      tree_(make_reference_tree(scheme_)),
      position_(backend_->persisted()),
      random_(trial.random(1)) {}

Result<std::unique_ptr<BackendSession>> BackendSession::open(Trial& trial,
                                                             const Subject& subject,
                                                             const SessionPlace& place) {
    const auto options = subject.options();
    if (!options) {
        return options.error();
    }
    trial.doing("open");
    auto backend = subject.backend().create(*options, {.directory = place.folder,
                                                       .memory_budget = kMemoryBudget,
                                                       .durability = place.durability,
                                                       .workers = place.workers});
    if (!backend) {
        return backend.error();
    }
    return std::unique_ptr<BackendSession>(new BackendSession(trial, std::move(*backend)));
}

Result<std::unique_ptr<BackendSession>> BackendSession::begin(Trial& trial,
                                                              const Subject& subject,
                                                              const State& first,
                                                              WorkerPool* workers) {
    const auto folder = trial.new_folder();
    if (!folder) {
        return folder.error();
    }
    auto session = open(trial, subject, {.folder = *folder, .workers = workers});
    if (!session) {
        return session.error();
    }
    COMMITBENCH_TRY((*session)->load(first));
    return session;
}

Status BackendSession::load(const State& first) {
    if (!backend_->empty()) {
        return unmet("position: a backend in an empty folder does not say that it is empty");
    }
    trial_.doing(fmt::format("load of {} keys", first.size()));
    SortedModel sorted(first, *backend_);
    COMMITBENCH_TRY(backend_->load(sorted));
    if (backend_->empty()) {
        return unmet("position: says empty after a load");
    }
    state_ = first;
    if (tree_ != nullptr) {
        tree_->apply(diff_of(all_of(first), {}, random_));
    }
    position_ = {0, backend_->persisted().root};
    COMMITBENCH_TRY(check_root(position_.root, 0));
    return expect_position();
}

Result<Root> BackendSession::stage_and_merkleize(const Writes& writes) {
    const std::uint64_t block = position_.block + 1;
    diff_ = diff_of(writes, state_, random_);
    trial_.doing(fmt::format("stage of block {} ({} changes)", block, diff_.size()));
    COMMITBENCH_TRY(backend_->stage(diff_));
    trial_.doing(fmt::format("merkleize of block {}", block));
    auto root = backend_->merkleize();
    if (!root) {
        return root;
    }
    apply(state_, writes, empty_value());
    if (tree_ != nullptr) {
        tree_->apply(diff_);
    }
    COMMITBENCH_TRY(check_root(*root, block));
    return root;
}

Status BackendSession::persist(const Root& root) {
    const std::uint64_t block = position_.block + 1;
    trial_.doing(fmt::format("persist of block {}", block));
    COMMITBENCH_TRY(backend_->persist(block));
    position_ = {block, root};
    return expect_position();
}

Status BackendSession::commit(const Writes& writes) {
    const auto root = stage_and_merkleize(writes);
    return root ? persist(*root) : Status(root.error());
}

Status BackendSession::reopen() {
    trial_.doing(fmt::format("reopen after block {}", position_.block));
    COMMITBENCH_TRY(backend_->reopen());
    if (backend_->empty()) {
        return unmet("position: says empty after reopen, at block {}", position_.block);
    }
    return expect_position();
}

Status BackendSession::expect(const State& state, const Position& position) {
    state_ = state;
    position_ = position;
    if (tree_ != nullptr) {
        tree_ = make_reference_tree(scheme_);
        tree_->apply(diff_of(all_of(state), {}, random_));
    }
    COMMITBENCH_TRY(expect_position());
    COMMITBENCH_TRY(check_root(position.root, position.block));
    return expect_all_values();
}

Status BackendSession::check_root(const Root& root, std::uint64_t block) {
    if (scheme_ == "none") {
        return root == Root()
                   ? Status()
                   : unmet("block {}: the scheme is \"none\", and the root {} is not zero", block,
                           show(root));
    }
    if (tree_ == nullptr) {
        return {};
    }
    const Root right = tree_->root();
    return root == right ? Status()
                         : unmet("block {}: the root is {}, and under {} this state has {}", block,
                                 show(root), scheme_, show(right));
}

Status BackendSession::expect_position() const {
    const Position found = backend_->persisted();
    if (found.block != position_.block || found.root != position_.root) {
        return unmet("position: block {} with the root {}, and it must be block {} with {}",
                     found.block, show(found.root), position_.block, show(position_.root));
    }
    return {};
}

Status BackendSession::expect_values(std::span<const StateKey> keys) {
    trial_.doing(fmt::format("reading of {} keys after block {}", keys.size(), position_.block));
    const auto reader = backend_->open_reader();
    if (!reader) {
        return reader.error();
    }
    return expect_values(**reader, keys);
}

Status BackendSession::expect_values(StateReader& reader, std::span<const StateKey> keys) const {
    for (const StateKey& key : keys) {
        const auto found = reader.get(key);
        if (!found) {
            return found.error();
        }
        const auto right = state_.find(key);
        const auto wanted =
            right == state_.end() ? std::nullopt : std::optional<ByteView>(right->second);
        if (found->has_value() != wanted.has_value() || (wanted && !equal(**found, *wanted))) {
            return unmet("block {}: {} reads as {}, and it must be {}", position_.block, show(key),
                         show(*found), show(wanted));
        }
    }
    return {};
}

Status BackendSession::expect_all_values() {
    return expect_values(keys_to_look_at());
}

std::vector<StateKey> BackendSession::keys_to_look_at() {
    std::vector<StateKey> keys;
    for (const auto& [key, value] : state_) {
        keys.push_back(key);
        if (keys.size() < 200) {
            StateKey near = key;  // shares all but the end
            near.bytes.back() ^= 0x01;
            keys.push_back(near);
        }
    }
    keys.push_back(StateKey());
    std::ranges::shuffle(keys, random_);
    return keys;
}

}  // namespace commitbench::conformance
