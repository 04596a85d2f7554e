// SPDX-License-Identifier: Apache-2.0
// SystemDisk: files of a folder, by direct I/O where the file system takes it.
#pragma once

#include "backends/paged/file/disk.hpp"
#include "harness/runtime/io_threads.hpp"

#include <filesystem>

namespace commitbench::paged {

/// How transfers reach the kernel.
enum class IoEngine : std::uint8_t {
    automatic,  ///< io_uring where this process may have it, threads otherwise
    uring,
    threads,
};

struct SystemDiskSettings {
    std::filesystem::path directory{};  ///< exists and is ours
    IoEngine engine = IoEngine::automatic;
    unsigned queue_depth = 64;  ///< transfers at a time in one queue
    bool direct = true;         ///< past the page cache where possible
};

/// Files and queues may not outlive it.
class SystemDisk final : public Disk {
  public:
    /// unsupported where io_uring is demanded and not to be had.
    [[nodiscard]] static Result<std::unique_ptr<Disk>> open(const SystemDiskSettings& settings);

    /// Waits until nobody else has the file open: see extent_file.hpp about killed processes.
    [[nodiscard]] Result<std::unique_ptr<DiskFile>> open(std::string_view name) override;
    void facts(FactVisitor& visitor) const override;

  private:
    explicit SystemDisk(const SystemDiskSettings& settings) : settings_(settings) {}

    Status choose_engine();
    void choose_path();

    SystemDiskSettings settings_;
    std::string engine_reason_{};
    bool direct_ = false;
    std::string direct_reason_{};
    std::unique_ptr<IoThreads> threads_{};  // where the engine is threads
};

}  // namespace commitbench::paged
