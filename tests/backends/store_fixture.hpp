// SPDX-License-Identifier: Apache-2.0
// What the tests of stores and of backends on stores share.
#pragma once

#include "backends/store/store.hpp"

#include <array>
#include <cstdlib>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <string>
#include <unistd.h>

namespace commitbench::testing {

/// A folder that exists as long as this does.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "commitbench_XXXXXX").string();
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        path_ = name;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

[[nodiscard]] inline Bytes bytes_of(std::string_view text) {
    return {text.begin(), text.end()};
}

[[nodiscard]] inline Bytes random_bytes(std::mt19937_64& random, std::size_t size) {
    Bytes bytes(size);
    for (std::uint8_t& byte : bytes) {
        byte = static_cast<std::uint8_t>(random());
    }
    return bytes;
}

[[nodiscard]] inline StateKey random_key(std::mt19937_64& random) {
    return StateKey::from(random_bytes(random, 32));
}

inline constexpr std::array kTestTables{TableSpec{"uniform", true}, TableSpec{"other", false}};
inline constexpr Table kUniform{0};
inline constexpr Table kOther{1};

[[nodiscard]] inline std::string kind_name(StoreKind kind) {
    switch (kind) {
        case StoreKind::memory:
            return "memory";
        case StoreKind::lmdb:
            return "lmdb";
        case StoreKind::rocksdb:
            return "rocksdb";
    }
    return "";
}

[[nodiscard]] inline Result<std::unique_ptr<Store>> open_test_store(
    StoreKind kind,
    const std::filesystem::path& folder,
    std::span<const TableSpec> tables = kTestTables,
    std::uint64_t memory_budget = std::uint64_t{64} << 20,
    bool direct = false) {
    return open_store(
        {.kind = kind, .directory = folder, .memory_budget = memory_budget, .direct = direct},
        tables);
}

/// The last value of a counter by name; fails the test where there is none.
[[nodiscard]] inline std::uint64_t counter_of(const Store& store, std::string_view name) {
    struct Catch final : CounterVisitor {
        std::string_view wanted;
        std::optional<std::uint64_t> found;
        void counter(std::string_view counter_name, std::uint64_t value) override {
            if (counter_name == wanted) {
                found = value;
            }
        }
    } visitor;
    visitor.wanted = name;
    store.counters(visitor);
    EXPECT_TRUE(visitor.found.has_value()) << name;
    return visitor.found.value_or(0);
}

[[nodiscard]] inline std::string fact_of(const Store& store, std::string_view name) {
    struct Catch final : FactVisitor {
        std::string_view wanted;
        std::string found;
        void fact(std::string_view fact_name,
                  std::string_view value,
                  std::string_view why) override {
            EXPECT_FALSE(why.empty()) << fact_name;
            if (fact_name == wanted) {
                found = std::string(value) + " | " + std::string(why);
            }
        }
    } visitor;
    visitor.wanted = name;
    store.facts(visitor);
    return visitor.found;
}

#define ASSERT_OK(expression)                                                   \
    do {                                                                        \
        const auto& assert_ok_status = (expression);                            \
        ASSERT_TRUE(assert_ok_status.ok()) << assert_ok_status.error().message; \
    } while (false)

/// The value of a key, or "absent" as nullopt.
[[nodiscard]] inline std::optional<Bytes> value_of(StoreReader& reader, Table table, ByteView key) {
    const auto value = reader.get(table, key);
    EXPECT_TRUE(value.ok()) << (value.ok() ? "" : value.error().message);
    if (!value.ok() || !value->has_value()) {
        return std::nullopt;
    }
    return Bytes((*value)->begin(), (*value)->end());
}

/// All of a table from `from`, in the order of the scan.
[[nodiscard]] inline std::vector<std::pair<Bytes, Bytes>> scan_all(Store& store,
                                                                   Table table,
                                                                   ByteView from = {}) {
    std::vector<std::pair<Bytes, Bytes>> entries;
    auto scan = store.scan(table, from);
    EXPECT_TRUE(scan.ok());
    if (!scan.ok()) {
        return entries;
    }
    ByteView key;
    ByteView value;
    while (true) {
        const auto more = (*scan)->next(key, value);
        EXPECT_TRUE(more.ok()) << (more.ok() ? "" : more.error().message);
        if (!more.ok() || !*more) {
            return entries;
        }
        entries.emplace_back(Bytes(key.begin(), key.end()), Bytes(value.begin(), value.end()));
    }
}

}  // namespace commitbench::testing
