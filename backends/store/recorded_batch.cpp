// SPDX-License-Identifier: Apache-2.0
#include "backends/store/recorded_batch.hpp"

#include "backends/store/key_order.hpp"

#include <cstring>
#include <fmt/format.h>

namespace commitbench {
void RecordedBatch::add(Table table, ByteView key, ByteView value, bool erased, Bytes bytes) {
    if (key.empty() || key.size() > kMaxKeyBytes) {
        bad_key_size_ = key.size();
        return;
    }
    if (value.size() > kMaxValueBytes) {
        bad_value_size_ = value.size();
        return;
    }
    if (bytes == Bytes::copied) {
        key = arena_.copy(key);
        value = arena_.copy(value);
    }
    entries_.push_back({key.data(), value.data(), static_cast<std::uint32_t>(value.size()),
                        static_cast<std::uint16_t>(key.size()), table, erased});
    bytes_ += key.size() + value.size();
}

std::span<const RecordedBatch::Entry> RecordedBatch::ordered() {
    // 16 bytes a swap, and one comparison of integers for nearly every pair of hash-like keys.
    struct Place {
        std::uint64_t prefix;
        std::uint32_t index;
        Table table;
    };
    std::vector<Place> places(entries_.size());
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        places[i] = {key_prefix(entries_[i].key()), static_cast<std::uint32_t>(i),
                     entries_[i].table};
    }
    const auto same_key = [this](const Place& a, const Place& b) {
        return a.table == b.table && a.prefix == b.prefix &&
               equal(entries_[a.index].key(), entries_[b.index].key());
    };
    std::ranges::sort(places, [this](const Place& a, const Place& b) {
        if (a.table != b.table) {
            return a.table < b.table;
        }
        if (a.prefix != b.prefix) {
            return a.prefix < b.prefix;
        }
        const ByteView left = entries_[a.index].key();
        const ByteView right = entries_[b.index].key();
        return equal(left, right) ? a.index < b.index : less(left, right);
    });
    ordered_.clear();
    ordered_.reserve(places.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (i + 1 == places.size() || !same_key(places[i], places[i + 1])) {
            ordered_.push_back(entries_[places[i].index]);
        }
    }
    return ordered_;
}

Status RecordedBatch::check() const {
    if (bad_key_size_ == 0 || bad_key_size_ > kMaxKeyBytes) {
        return bad_input(
            fmt::format("a key of {} bytes cannot be stored: a store takes 1 to {} bytes",
                        bad_key_size_, kMaxKeyBytes));
    }
    if (bad_value_size_ != 0) {
        return bad_input(
            fmt::format("a value of {} bytes cannot be stored: a store takes up to {} bytes",
                        bad_value_size_, kMaxValueBytes));
    }
    return {};
}

void RecordedBatch::clear() {
    entries_.clear();
    ordered_.clear();
    arena_.reset();
    bytes_ = 0;
    bad_key_size_ = 1;
    bad_value_size_ = 0;
}

}  // namespace commitbench
