// SPDX-License-Identifier: Apache-2.0
// What the word under the cursor may become: from the tree of the command line and the tables of
// the components, those of plug-ins included.
#pragma once

#include <CLI/CLI.hpp>
#include <span>
#include <string>
#include <vector>

namespace commitbench::cli {

struct CompletionWord {
    std::string word;   ///< the whole word, with what is typed of it already
    std::string help;   ///< may be empty
    bool open = false;  ///< more may follow in the same word, as after "mpt" or "mpt:store="
};

enum class PathCompletion : std::uint8_t { none, folders, files };

struct Completion {
    std::vector<CompletionWord> words;
    /// Whether a path may stand here; the shell knows best how to complete one.
    PathCompletion paths = PathCompletion::none;
    /// The part of the word before that path, as in "trace:path=".
    std::string path_prefix;
};

/// `typed`: the words after the program's name up to the cursor; the last is the one to complete
/// and may be empty. A word that stands for a library and has a ':' in it opens that library, and
/// names of components open those on COMMITBENCH_PLUGIN_PATH, for their tables: whoever types the
/// path of a plug-in is about to run it. What is wrong before the cursor gives no words, and no
/// error.
[[nodiscard]] Completion complete_words(const CLI::App& app, std::span<const std::string> typed);

}  // namespace commitbench::cli
