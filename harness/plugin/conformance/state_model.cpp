// SPDX-License-Identifier: Apache-2.0
#include "harness/plugin/conformance/state_model.hpp"

#include "codec/hex.hpp"

#include <algorithm>

namespace commitbench::conformance {
namespace {

constexpr std::size_t kHugeValue = std::size_t{64} << 10;

}  // namespace

EmptyValue empty_value_of(std::string_view scheme) noexcept {
    return scheme.starts_with("mpt-") ? EmptyValue::is_deletion : EmptyValue::is_present;
}

void apply(State& state, const Writes& writes, EmptyValue empty) {
    for (const auto& [key, value] : writes) {
        if (!value || (value->empty() && empty == EmptyValue::is_deletion)) {
            state.erase(key);
        } else {
            state[key] = *value;
        }
    }
}

StateDiff diff_of(const Writes& writes, const State& before, Random& random) {
    StateDiff diff;
    for (const auto& [key, value] : writes) {
        const auto old = before.find(key);
        const OldState old_state = below(random, 2) == 0 ? OldState::unknown
                                   : old == before.end() ? OldState::absent
                                                         : OldState::present;
        const ByteView old_value =
            old_state == OldState::present ? ByteView(old->second) : ByteView();
        if (value) {
            diff.add(key, old_state, old_value, *value);
        } else {
            diff.add_deletion(key, old_state, old_value);
        }
    }
    return diff;
}

StateKey History::key() {
    StateKey key;
    for (std::uint8_t& byte : key.bytes) {
        byte = static_cast<std::uint8_t>(random_());
    }
    return key;
}

Bytes History::value() {
    const std::size_t most = below(random_, 4) == 0 ? 400 : 40;
    Bytes value(1 + below(random_, most));
    for (std::uint8_t& byte : value) {
        byte = static_cast<std::uint8_t>(random_());
    }
    return value;
}

Bytes History::any_value() {
    switch (below(random_, 50)) {
        case 0:
        case 1:
            return {};
        case 2: {
            // Cheap to make, and different at both ends.
            Bytes value(kHugeValue, static_cast<std::uint8_t>(random_()));
            value.front() = static_cast<std::uint8_t>(random_());
            value.back() = static_cast<std::uint8_t>(random_());
            return value;
        }
        default:
            return value();
    }
}

StateKey History::present_key(const State& state) {
    const auto found = state.lower_bound(key());
    return found == state.end() ? state.begin()->first : found->first;
}

State History::first_state(std::size_t keys) {
    State state;
    while (state.size() < keys) {
        state[key()] = value();
    }
    return state;
}

Writes History::block(const State& state, std::size_t writes) {
    Writes made;
    while (made.size() < writes) {
        const std::uint64_t choice = state.empty() ? 0 : below(random_, 100);
        if (choice < 40) {
            made[key()] = any_value();
        } else if (choice < 62) {
            made[present_key(state)] = any_value();
        } else if (choice < 66) {
            const StateKey same = present_key(state);
            made[same] = state.at(same);
        } else if (choice < 88) {
            const StateKey gone = present_key(state);
            made[gone] = std::nullopt;
            deleted_.push_back(gone);
        } else if (choice < 92) {
            made[key()] = std::nullopt;  // was never there
        } else if (!deleted_.empty()) {
            made[deleted_[below(random_, deleted_.size())]] = any_value();
        }
    }
    return made;
}

SortedModel::SortedModel(const State& state, const Backend& backend) {
    entries_.reserve(state.size());
    for (auto at = state.begin(); at != state.end(); ++at) {
        entries_.emplace_back(backend.path_of(at->first), at);
    }
    std::ranges::sort(entries_, {}, [](const auto& entry) { return entry.first; });
}

Result<bool> SortedModel::next(StateKey& key, ByteView& value) {
    if (at_ == entries_.size()) {
        return false;
    }
    const auto& entry = *entries_[at_].second;
    key = entry.first;
    value = entry.second;
    ++at_;
    return true;
}

std::string show(const StateKey& key) {
    return fmt::format("key 0x{}", to_hex(key.view().first(8))) + "…";
}

std::string show(const Root& root) {
    return "0x" + to_hex(root.view());
}

std::string show(const std::optional<ByteView>& value) {
    constexpr std::size_t kShown = 16;
    if (!value) {
        return "absent";
    }
    if (value->size() <= kShown) {
        return "0x" + to_hex(*value);
    }
    return fmt::format("0x{}… ({} bytes)", to_hex(value->first(kShown)), value->size());
}

}  // namespace commitbench::conformance
