// SPDX-License-Identifier: Apache-2.0
// The batch that every store shares: writes in the order they came.
#pragma once

#include "backends/store/store.hpp"

#include <vector>

namespace commitbench {

class RecordedBatch final : public Batch {
  public:
    /// One write.
    struct Entry {
        const std::uint8_t* key_bytes;
        const std::uint8_t* value_bytes;
        std::uint32_t value_size;
        std::uint16_t key_size;
        Table table;
        bool erased;

        [[nodiscard]] ByteView key() const noexcept { return {key_bytes, key_size}; }
        [[nodiscard]] ByteView value() const noexcept { return {value_bytes, value_size}; }
    };
    static_assert(sizeof(Entry) == 24);

    void put(Table table, ByteView key, ByteView value) override {
        add(table, key, value, false, Bytes::copied);
    }
    void put_borrowed(Table table, ByteView key, ByteView value) override {
        add(table, key, value, false, Bytes::borrowed);
    }
    void erase(Table table, ByteView key) override { add(table, key, {}, true, Bytes::copied); }
    [[nodiscard]] std::size_t bytes() const override { return bytes_; }

    /// In the order of the calls; a key may come twice.
    [[nodiscard]] std::span<const Entry> entries() const noexcept { return entries_; }
    /// By table and key, each key once with its last write. Valid until the next call. O(n log n).
    [[nodiscard]] std::span<const Entry> ordered();
    /// bad_input where a key or value has a size that stores do not take.
    [[nodiscard]] Status check() const;
    void clear();
    /// The same, and the memory goes back to the system.
    void release() { *this = RecordedBatch(); }

  private:
    enum class Bytes : std::uint8_t { copied, borrowed };
    void add(Table table, ByteView key, ByteView value, bool erased, Bytes bytes);

    Arena arena_;
    std::vector<Entry> entries_;
    std::vector<Entry> ordered_;
    std::size_t bytes_ = 0;
    std::size_t bad_key_size_ = 1;    // the last size that cannot be taken; 1 where there was none
    std::size_t bad_value_size_ = 0;  // the same; 0 where there was none
};

/// Empties the batch at the end of a commit, however it ends.
class ClearAtEnd {
  public:
    explicit ClearAtEnd(RecordedBatch& batch) noexcept : batch_(batch) {}
    ClearAtEnd(const ClearAtEnd&) = delete;
    ClearAtEnd& operator=(const ClearAtEnd&) = delete;
    ~ClearAtEnd() { batch_.clear(); }

  private:
    RecordedBatch& batch_;
};

}  // namespace commitbench
