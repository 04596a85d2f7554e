// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/analysis_call.hpp"

#include "harness/cli/share_folder.hpp"

#include <cstdlib>
#include <fmt/format.h>
#include <system_error>
#include <unistd.h>

namespace commitbench::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDebianPython = "/usr/bin/python3";
constexpr std::string_view kPath = "PYTHONPATH=";
constexpr std::string_view kProgram = "COMMITBENCH_PROGRAM=";

std::string choose_interpreter() {
    if (const char* const named = std::getenv("COMMITBENCH_PYTHON");
        named != nullptr && *named != '\0') {
        return named;
    }
    return ::access(kDebianPython, X_OK) == 0 ? kDebianPython : "python3";
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> found;
    found.reserve(texts.size() + 1);
    for (std::string& text : texts) {
        found.push_back(text.data());
    }
    found.push_back(nullptr);
    return found;
}

}  // namespace

Result<AnalysisCall> AnalysisCall::make(std::vector<std::string> words) {
    const auto share = share_folder();
    if (!share) {
        return share.error();
    }
    const fs::path scripts = *share / "scripts";
    std::error_code error;
    if (!fs::exists(scripts / "analysis" / "__main__.py", error)) {
        return bad_input(
            fmt::format("{}: has no 'analysis' in it, which makes all statistics; set "
                        "COMMITBENCH_SHARE to the folder that has 'plans' and 'scripts'",
                        scripts.native()));
    }
    AnalysisCall call;
    call.interpreter_ = choose_interpreter();
    call.words_ = {call.interpreter_, "-B", "-m", "analysis"};  // -B: writes nothing beside sources
    call.words_.insert(call.words_.end(), std::make_move_iterator(words.begin()),
                       std::make_move_iterator(words.end()));
    std::string path = std::string(kPath) + scripts.native();
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text = *variable;
        if (text.starts_with(kPath)) {
            path.append(":").append(text.substr(kPath.size()));
        } else if (!text.starts_with(kProgram)) {
            call.environment_.emplace_back(text);
        }
    }
    call.environment_.push_back(std::move(path));
    call.environment_.push_back(std::string(kProgram) +
                                fs::read_symlink("/proc/self/exe", error).native());
    call.arguments_ = pointers(call.words_);
    call.variables_ = pointers(call.environment_);
    return call;
}

void AnalysisCall::exec() const noexcept {
    ::execvpe(interpreter_.c_str(), arguments_.data(), variables_.data());
}

Error AnalysisCall::not_started(int error) const {
    return bad_input(
        fmt::format("{}: cannot be started: {}; apt-get install python3 python3-numpy "
                    "python3-scipy, or name another Python in COMMITBENCH_PYTHON",
                    interpreter_, std::generic_category().message(error)));
}

}  // namespace commitbench::cli
