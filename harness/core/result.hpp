// SPDX-License-Identifier: Apache-2.0
// Errors as values: no exception crosses a component boundary (DESIGN.md, contracts).
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace commitbench {

enum class ErrorCode : std::uint8_t {
    bad_input,     ///< the user's words or files are wrong: exit code 2
    io,            ///< the system refused: disk full, no permission, device error
    corrupt,       ///< stored bytes are not what was written
    does_not_fit,  ///< the state is larger than the memory budget
    unsupported,   ///< the component does not offer this
    interrupted,   ///< SIGINT: exit code 130
    mismatch,      ///< the ledger disagrees: the run is void
    timed_out,     ///< there was no end within the time limit
    plug_in,  ///< a plug-in has failed: its own mistake, or the system's, which nobody can tell
};

/// One clear line: what, why, and the remedy. No trailing newline.
struct Error {
    ErrorCode code = ErrorCode::io;
    std::string message;
};

/// Either a value or an Error. Not thread-safe; moves like its contents.
template<class T>
class [[nodiscard]] Result {
  public:
    Result(T value)
        : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit by design
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

    [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }

    // INVARIANT of the four accessors: ok().
    [[nodiscard]] T& operator*() noexcept { return *std::get_if<0>(&state_); }
    [[nodiscard]] const T& operator*() const noexcept { return *std::get_if<0>(&state_); }
    [[nodiscard]] T* operator->() noexcept { return std::get_if<0>(&state_); }
    [[nodiscard]] const T* operator->() const noexcept { return std::get_if<0>(&state_); }

    /// INVARIANT: !ok().
    [[nodiscard]] const Error& error() const noexcept { return *std::get_if<1>(&state_); }

  private:
    std::variant<T, Error> state_;
};

/// Success, or an Error.
template<>
class [[nodiscard]] Result<void> {
  public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit by design

    [[nodiscard]] bool ok() const noexcept { return !error_.has_value(); }
    explicit operator bool() const noexcept { return ok(); }
    /// INVARIANT: !ok().
    [[nodiscard]] const Error& error() const noexcept { return *error_; }

  private:
    std::optional<Error> error_;
};

using Status = Result<void>;

/// Control characters in it (a newline in the user's words or in a file's name) become '?', so that
/// it stays one line.
[[nodiscard]] inline Error bad_input(std::string message) {
    for (char& c : message) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            c = '?';
        }
    }
    return {ErrorCode::bad_input, std::move(message)};
}

/// Returns the Error of a failed Status or Result from the enclosing function.
#define COMMITBENCH_TRY(expression)                             \
    do {                                                        \
        if (auto try_status = (expression); !try_status.ok()) { \
            return try_status.error();                          \
        }                                                       \
    } while (false)

}  // namespace commitbench
