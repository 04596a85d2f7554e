// SPDX-License-Identifier: Apache-2.0
#include "harness/run/folder_size.hpp"

#include <sys/stat.h>

namespace commitbench {

namespace fs = std::filesystem;

std::uint64_t bytes_on_disk(const fs::path& folder) {
    constexpr std::uint64_t kStatBlock = 512;
    std::uint64_t bytes = 0;
    std::error_code error;
    for (auto entry = fs::recursive_directory_iterator(folder, error);
         !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        struct stat facts {};
        if (::lstat(entry->path().c_str(), &facts) == 0 && S_ISREG(facts.st_mode)) {
            bytes += static_cast<std::uint64_t>(facts.st_blocks) * kStatBlock;
        }
    }
    return bytes;
}

}  // namespace commitbench
