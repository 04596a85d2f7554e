// SPDX-License-Identifier: Apache-2.0
#include "harness/sweep/schedule.hpp"

#include "harness/sweep/order.hpp"

#include <algorithm>

namespace commitbench::sweep {

Schedule::Schedule(const std::vector<SweepCell>& cells, const ScheduleSettings& settings)
    : cells_(cells), settings_(settings), states_(cells.size()) {
    for (CellState& state : states_) {
        state.ok.resize(settings.repetitions, false);
        state.attempts.resize(settings.repetitions, 0);
        state.last_tried.resize(settings.repetitions, 0);
        state.last_repetition = settings.repetitions;
    }
}

void Schedule::note(const RunEntry& entry) {
    const auto cell = std::ranges::find(cells_, entry.cell, &SweepCell::id);
    if (cell == cells_.end() || entry.repetition == 0 || entry.repetition > settings_.repetitions) {
        return;
    }
    CellState& state = states_[static_cast<std::size_t>(cell - cells_.begin())];
    const auto at = static_cast<std::size_t>(entry.repetition - 1);
    state.last_tried[at] = std::max(state.last_tried[at], entry.attempt);
    if (entry.status == RunStatus::ok) {
        done_ += state.ok[at] ? 0U : 1U;
        state.ok[at] = true;
    } else if (!entry.system_refused() && ++state.attempts[at] >= kMostAttempts && !state.ok[at]) {
        state.given_up = true;
    }
}

void Schedule::begin() {
    if (!settings_.retry_failed) {
        return;
    }
    for (CellState& state : states_) {
        state.given_up = false;
        std::ranges::fill(state.attempts, 0U);
    }
}

void Schedule::stop_after(std::string_view cell, std::uint64_t repetition) {
    const auto found = std::ranges::find(cells_, cell, &SweepCell::id);
    if (found != cells_.end()) {
        std::uint64_t& last =
            states_[static_cast<std::size_t>(found - cells_.begin())].last_repetition;
        last = std::min(last, repetition);
    }
}

std::optional<Slot> Schedule::slot(std::size_t cell,
                                   std::uint64_t repetition,
                                   std::uint64_t position) const {
    const CellState& state = states_[cell];
    const auto at = static_cast<std::size_t>(repetition - 1);
    if (state.given_up || repetition > state.last_repetition || state.ok[at]) {
        return std::nullopt;
    }
    return Slot{cell, repetition, position, state.last_tried[at] + 1};
}

template<class Visit>
void Schedule::walk(Visit visit) const {
    if (settings_.order == Order::sequential) {
        for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
            for (std::uint64_t repetition = 1; repetition <= settings_.repetitions; ++repetition) {
                const auto found = slot(cell, repetition, cell + 1);
                if (settings_.shard.runs(repetition) && found && !visit(*found)) {
                    return;
                }
            }
        }
        return;
    }
    for (std::uint64_t repetition = 1; repetition <= settings_.repetitions; ++repetition) {
        if (!settings_.shard.runs(repetition)) {
            continue;
        }
        const std::vector<std::size_t> order = order_of(settings_.seed, cells_.size(), repetition);
        for (std::size_t position = 0; position < order.size(); ++position) {
            const auto found = slot(order[position], repetition, position + 1);
            if (found && !visit(*found)) {
                return;
            }
        }
    }
}

std::optional<Slot> Schedule::next() const {
    std::optional<Slot> first;
    walk([&first](const Slot& slot) {
        first = slot;
        return false;
    });
    return first;
}

std::vector<Slot> Schedule::remaining() const {
    std::vector<Slot> slots;
    walk([&slots](const Slot& slot) {
        slots.push_back(slot);
        return true;
    });
    return slots;
}

std::vector<std::string> Schedule::given_up() const {
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
        if (states_[i].given_up) {
            ids.push_back(cells_[i].id);
        }
    }
    return ids;
}

}  // namespace commitbench::sweep
