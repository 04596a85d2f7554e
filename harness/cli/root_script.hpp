// SPDX-License-Identifier: Apache-2.0
// The script of `commitbench root`, read line by line:
//
//   put KEYHEX VALUEHEX    an empty value is 0x
//   delete KEYHEX
//   commit                 ends a batch
//   # a comment, also after a command; blank lines are skipped
#pragma once

#include "harness/core/backend.hpp"

#include <string>

namespace commitbench::cli {

/// A file or standard input, read in pieces: only the current line is held. Not thread-safe.
class RootScript {
  public:
    enum class Step : std::uint8_t { change, commit, end };

    /// "-" is standard input.
    [[nodiscard]] static Result<RootScript> open(const std::string& path);

    /// Keys must be `length` bytes from here on; nullopt for any length.
    void demand_key_length(std::optional<std::size_t> length) { key_length_ = length; }

    /// The next command; `change` is written over where it is one. bad_input names the line.
    /// interrupted where a signal arrived while waiting for input.
    [[nodiscard]] Result<Step> next(KeyChange& change);

    /// "FILE:LINE" of the last command.
    [[nodiscard]] std::string where() const;

    RootScript(RootScript&& other) noexcept;
    RootScript& operator=(RootScript&&) = delete;
    ~RootScript();

  private:
    RootScript(std::string name, int descriptor) : name_(std::move(name)), file_(descriptor) {}

    /// The next line without its end, or false at the end. `line` is valid until the next call.
    Result<bool> next_line(std::string_view& line);
    Result<Bytes> hex_word(std::string_view what, std::string_view word) const;

    std::string name_;
    int file_ = -1;
    bool at_end_ = false;
    std::string buffer_;
    std::size_t used_ = 0;  // bytes of buffer_ that were handed out
    std::uint64_t line_ = 0;
    std::optional<std::size_t> key_length_;
};

}  // namespace commitbench::cli
