// SPDX-License-Identifier: Apache-2.0
#include "executors/sequential/block_overlay.hpp"

#include <cstring>

namespace commitbench {

void BlockOverlay::begin(StateReader& reader, BlockResult& result) {
    // clear() gives a large table's memory back to the allocator, which keeps it; reserve() takes
    // it out again in one piece, so that no block pays for growing.
    const std::size_t expected = entries_.size();
    entries_.clear();
    entries_.reserve(expected);
    reader_ = &reader;
    result_ = &result;
    error_.reset();
}

StateRead BlockOverlay::read(const StateKey& key) {
    if (error_) {
        return {ReadState::stop, {}};
    }
    ++result_->reads;
    const auto [place, is_new] = entries_.try_emplace(key);
    Entry& entry = place->second;
    if (!is_new) {
        if (entry.written) {
            return entry.deleted ? StateRead{ReadState::absent, {}}
                                 : StateRead{ReadState::present, entry.new_value};
        }
        return entry.old_state == OldState::present ? StateRead{ReadState::present, entry.old_value}
                                                    : StateRead{ReadState::absent, {}};
    }
    ++result_->state_reads;
    auto value = reader_->get(key);
    if (!value) {
        error_ = value.error();
        return {ReadState::stop, {}};
    }
    if (!*value) {
        entry.old_state = OldState::absent;
        return {ReadState::absent, {}};
    }
    entry.old_state = OldState::present;
    entry.old_value = result_->diff.arena().copy(**value);
    return {ReadState::present, entry.old_value};
}

void BlockOverlay::write(const StateKey& key, ByteView value) {
    ++result_->writes;
    Entry& entry = entries_[key];
    entry.written = true;
    entry.deleted = false;
    if (value.size() > entry.new_value.size()) {
        entry.new_value = {result_->diff.arena().allocate(value.size()), value.size()};
    } else {
        // In place, or a hot key would grow the arena with every transaction that writes it.
        entry.new_value = entry.new_value.first(value.size());
    }
    if (!value.empty()) {
        // memmove: the value may be what read() gave out for this very key.
        std::memmove(entry.new_value.data(), value.data(), value.size());
    }
}

void BlockOverlay::erase(const StateKey& key) {
    ++result_->writes;
    Entry& entry = entries_[key];
    entry.written = true;
    entry.deleted = true;
}

void BlockOverlay::finish() {
    StateDiff& diff = result_->diff;
    for (const auto& [key, entry] : entries_) {
        if (entry.written) {
            diff.add_placed({key, entry.old_value,
                             entry.deleted ? ByteView{} : ByteView{entry.new_value},
                             entry.old_state, entry.deleted});
        }
    }
    diff.sort();
}

}  // namespace commitbench
