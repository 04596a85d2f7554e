// SPDX-License-Identifier: Apache-2.0
#include "backends/store/immutable_files.hpp"

namespace commitbench {

bool is_immutable_store_file(const std::filesystem::path& file) {
    return file.extension() == ".sst";
}

}  // namespace commitbench
