// SPDX-License-Identifier: Apache-2.0
// `commitbench --version`: what this program was made of.
#include "harness/cli/command.hpp"
#include "harness/measure/build.hpp"

#include <fmt/format.h>

namespace commitbench::cli {

std::string version_text() {
    const BuildFacts& build = build_facts();
    std::string text = fmt::format("commitbench {}\n", version_line());
    text += fmt::format("  build type   {}{}{}\n", build.build_type,
                        build.assertions ? ", assertions on" : ", assertions off",
                        build.sanitizers.empty() ? "" : ", sanitizers: " + build.sanitizers);
    text += fmt::format("  compiler     {}\n  flags        {}\n  libraries\n", build.compiler,
                        build.flags.empty() ? "none" : build.flags);
    for (const LibraryFacts& library : build.libraries) {
        const std::string_view kind = !library.release.has_value() ? "build type unknown"
                                      : *library.release           ? "release build"
                                                                   : "its assertions are on";
        text += fmt::format("    {:<12} {:<12} {}{}\n", library.name, library.version, kind,
                            library.package.empty() ? "" : fmt::format(" ({})", library.package));
    }
    text.pop_back();  // CLI11 ends the last line
    return text;
}

}  // namespace commitbench::cli
