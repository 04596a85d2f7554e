// SPDX-License-Identifier: Apache-2.0
// What every test of `mpt` needs: a backend from a spec string in a folder of its own, and random
// scripts.
#pragma once

#include "backends/mpt/mpt_backend.hpp"
#include "codec/hex.hpp"

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <random>

namespace commitbench {

/// A fresh folder, removed at the end.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "commitbench-test-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

[[nodiscard]] inline std::unique_ptr<Backend> open_mpt(const std::string& options,
                                                       const std::filesystem::path& folder,
                                                       std::uint64_t budget = std::uint64_t{256}
                                                                              << 20) {
    auto spec = parse_spec("mpt:" + options);
    auto resolved = resolve_options("backend", *spec, kMptComponent.options);
    EXPECT_TRUE(resolved.ok()) << (resolved.ok() ? "" : resolved.error().message);
    auto backend = kMptComponent.create(*resolved, {.directory = folder, .memory_budget = budget});
    EXPECT_TRUE(backend.ok()) << (backend.ok() ? "" : backend.error().message);
    return backend.ok() ? std::move(*backend) : nullptr;
}

/// Commits one batch; the root after it.
[[nodiscard]] inline std::string commit(Backend& backend, std::span<const KeyChange> changes) {
    const Status staged = backend.stage_keys(changes);
    EXPECT_TRUE(staged.ok()) << (staged.ok() ? "" : staged.error().message);
    auto root = backend.merkleize();
    EXPECT_TRUE(root.ok());
    const Status persisted = backend.persist(backend.persisted().block + 1);
    EXPECT_TRUE(persisted.ok()) << (persisted.ok() ? "" : persisted.error().message);
    EXPECT_EQ(backend.persisted().root, *root);
    return to_hex(root->view());
}

[[nodiscard]] inline Bytes bytes_of(std::string_view text) {
    return {as_bytes(text).begin(), as_bytes(text).end()};
}

[[nodiscard]] inline KeyChange put(std::string_view key, std::string_view value) {
    return {bytes_of(key), bytes_of(value), false};
}
[[nodiscard]] inline KeyChange put(Bytes key, Bytes value) {
    return {std::move(key), std::move(value), false};
}
[[nodiscard]] inline KeyChange erase(Bytes key) {
    return {std::move(key), {}, true};
}

}  // namespace commitbench
