// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/analysis_process.hpp"

#include "harness/cli/analysis_call.hpp"
#include "harness/core/descriptor.hpp"

#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace commitbench::cli {
namespace {

/// What shells say of a program that could not be started.
constexpr int kNotStarted = 127;

/// All that a file holds.
std::string text_of(const Descriptor& file) {
    std::string text;
    std::array<char, 1U << 14> piece{};
    ssize_t got = 0;
    while ((got = ::pread(file.get(), piece.data(), piece.size(),
                          static_cast<off_t>(text.size()))) > 0) {
        text.append(piece.data(), static_cast<std::size_t>(got));
    }
    return text;
}

Error failed(std::string_view why) {
    return Error{ErrorCode::io, fmt::format("the analysis (python3 -m analysis interval) {}", why)};
}

std::string last_line(std::string text) {
    while (!text.empty() && text.back() == '\n') {
        text.pop_back();
    }
    return text.substr(text.rfind('\n') + 1);
}

}  // namespace

Result<std::vector<std::string>> cells_narrower_than(double percent,
                                                     const std::filesystem::path& folder) {
    const auto call = AnalysisCall::make({"interval", folder.native(), "--json"});
    if (!call) {
        return call.error();
    }
    const Descriptor out(::memfd_create("analysis output", MFD_CLOEXEC));
    const Descriptor errors(::memfd_create("analysis errors", MFD_CLOEXEC));
    if (out.get() < 0 || errors.get() < 0) {
        return failed(
            fmt::format("has no place for its output: {}", std::generic_category().message(errno)));
    }
    const pid_t child = ::fork();
    if (child < 0) {
        return failed(fmt::format("cannot be started: {}", std::generic_category().message(errno)));
    }
    if (child == 0) {
        ::dup2(out.get(), STDOUT_FILENO);
        ::dup2(errors.get(), STDERR_FILENO);
        call->exec();
        ::_exit(kNotStarted);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return failed(fmt::format("was lost: {}", std::generic_category().message(errno)));
        }
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == kNotStarted) {
        return call->not_started(ENOENT);
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return failed(fmt::format("failed: {}", last_line(text_of(errors))));
    }
    std::vector<std::string> narrow;
    try {
        const auto answer = nlohmann::json::parse(text_of(out));
        for (const auto& [cell, interval] : answer.at("cells").items()) {
            const auto& width = interval.at("half_width_percent");
            if (width.is_number() && width.get<double>() <= percent) {
                narrow.push_back(cell);
            }
        }
    } catch (const nlohmann::json::exception& error) {
        return failed(fmt::format("answered something that is not understood: {}", error.what()));
    }
    return narrow;
}

}  // namespace commitbench::cli
