// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/terminal.hpp"

#include <cstdlib>
#include <fmt/color.h>
#include <fmt/format.h>
#include <initializer_list>
#include <unistd.h>

namespace commitbench::cli {
namespace {

fmt::text_style style_of(Tint tint) {
    switch (tint) {
        case Tint::bold:
            return fmt::emphasis::bold;
        case Tint::green:
            return fg(fmt::terminal_color::green);
        case Tint::yellow:
            return fg(fmt::terminal_color::yellow);
        case Tint::red:
            return fmt::emphasis::bold | fg(fmt::terminal_color::red);
    }
    return {};
}

}  // namespace

std::string tinted(std::string_view text, Tint tint, std::FILE* stream) {
    const char* const no_color = std::getenv("NO_COLOR");
    if ((no_color != nullptr && *no_color != '\0') || ::isatty(::fileno(stream)) == 0) {
        return std::string(text);
    }
    return fmt::format(style_of(tint), "{}", text);
}

bool locale_is_utf8() {
    // The order in which POSIX looks them up; the first that is set decides.
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const char* const value = std::getenv(name);
        if (value != nullptr && *value != '\0') {
            const std::string_view text(value);
            return text.find("UTF-8") != std::string_view::npos ||
                   text.find("utf8") != std::string_view::npos;
        }
    }
    return false;
}

}  // namespace commitbench::cli
