// SPDX-License-Identifier: Apache-2.0
#include "harness/plugin/conformance/trial.hpp"

#include "harness/plugin/conformance/message.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <unistd.h>

namespace commitbench::conformance {

void tell(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno != EINTR) {
            return;
        }
        text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
}

void Trial::doing(std::string_view what) {
    tell(orders_.report, step_message(what));
}

Status Trial::skip(std::string why) {
    skipped_ = std::move(why);
    return {};
}

Random Trial::random(std::uint64_t stream) const {
    constexpr std::uint64_t kApart = 0x9e3779b97f4a7c15U;  // 2^64 / golden ratio
    return Random(orders_.seed + kApart * (stream + 1));
}

Result<std::filesystem::path> Trial::new_folder() {
    const std::filesystem::path path = orders_.folder / fmt::format("{}", ++folders_);
    std::error_code failure;
    std::filesystem::create_directory(path, failure);
    if (failure) {
        return Error{ErrorCode::io,
                     fmt::format("{}: cannot be made ({})", path.string(), failure.message())};
    }
    return path;
}

Result<FreshProcess> Trial::start(std::string_view act, const std::filesystem::path& folder) const {
    std::vector<std::string> words = orders_.command;
    words.insert(words.end(), {"--act", std::string(act), "--folder", folder.string()});
    return FreshProcess::start(words, KeptOutput::everything, SIGKILL);
}

}  // namespace commitbench::conformance
