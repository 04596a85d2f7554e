// SPDX-License-Identifier: Apache-2.0
#include "workloads/working_set.hpp"

#include "workloads/fold.hpp"
#include "workloads/work_units.hpp"

#include <bit>

namespace commitbench {

static_assert(std::endian::native == std::endian::little);

void swap_words(std::uint8_t* words, std::size_t size) noexcept {
    for (std::size_t at = 0; at < size; at += sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, words + at, sizeof word);
        word = __builtin_bswap64(word);
        std::memcpy(words + at, &word, sizeof word);
    }
}

std::optional<StateRead> WorkingSet::read(const StateKey& key) noexcept {
    const StateRead answer = state_.read(key);
    if (answer.state == ReadState::stop) {
        stopped_ = true;
        return std::nullopt;
    }
    digest_ = folded(digest_, answer);
    return answer;
}

std::optional<std::uint64_t> WorkingSet::counter(const StateKey& key) noexcept {
    const auto answer = read(key);
    if (!answer || answer->state == ReadState::absent || answer->value.size() != kCounterBytes) {
        return std::nullopt;
    }
    return counter_of(*answer);
}

WorkingSet::Entry* WorkingSet::find(const StateKey& key,
                                    std::size_t size,
                                    bool must_exist) noexcept {
    Entry* entry = nullptr;
    for (std::size_t i = 0; i < used_ && entry == nullptr; ++i) {
        if (std::memcmp(entries_[i].key.data(), key.bytes.data(), sizeof key) == 0) {
            entry = &entries_[i];
        }
    }
    if (entry == nullptr) {
        const auto answer = read(key);
        const bool present = answer && answer->state == ReadState::present;
        if (!answer || (present && answer->value.size() != size) || used_ == kMostValues) {
            return nullptr;
        }
        entry = &entries_[used_++];
        entry->key = key.bytes;
        entry->size = static_cast<std::uint32_t>(size);
        entry->was_present = present;
        entry->present = present;
        entry->changed = false;
        if (present) {
            std::memcpy(entry->value.data(), answer->value.data(), size);
            swap_words(entry->value.data(), size);
        } else {
            std::memset(entry->value.data(), 0, size);
        }
    }
    return (entry->present || !must_exist) && entry->size == size ? entry : nullptr;
}

Receipt WorkingSet::accepted(std::uint64_t units) noexcept {
    digest_ = work(units, digest_);
    for (std::size_t i = 0; i < used_; ++i) {
        Entry& entry = entries_[i];
        if (!entry.changed) {
            continue;
        }
        const auto key = StateKey::from(entry.key);
        if (entry.present) {
            // Each value gets a digest of its own from one result.
            const std::uint64_t digest = mixed(digest_ + i + 1);
            std::memcpy(entry.value.data() + entry.size - sizeof digest, &digest, sizeof digest);
            swap_words(entry.value.data(), entry.size);
            state_.write(key, {entry.value.data(), entry.size});
        } else if (entry.was_present) {
            state_.erase(key);
        }
    }
    return {TxStatus::ok, digest_};
}

Receipt WorkingSet::refused(std::uint64_t units) const noexcept {
    if (stopped_) {
        return {TxStatus::stopped, 0};
    }
    return {TxStatus::failed, work(units, digest_)};
}

}  // namespace commitbench
