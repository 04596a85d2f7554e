// SPDX-License-Identifier: Apache-2.0
#include "harness/sweep/merge.hpp"

#include "harness/run/durable_file.hpp"
#include "harness/run/result_line.hpp"
#include "harness/sweep/manifest.hpp"
#include "harness/sweep/run_entry.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace commitbench::sweep {
namespace {

namespace fs = std::filesystem;

class Merge {
  public:
    explicit Merge(bool keep_first) : keep_first_(keep_first) {}

    Status add(const fs::path& folder) {
        auto manifest = read_manifest(folder);
        if (!manifest) {
            return manifest.error();
        }
        if (!*manifest) {
            return bad_input(fmt::format("{} holds no sweep: there is no {} in it", folder.native(),
                                         kManifestFile));
        }
        if (!manifests_.empty() && (*manifest)->plan_hash != manifests_.front().plan_hash) {
            return bad_input(fmt::format(
                "{} holds the sweep of another plan ('{}', {}) than {} ('{}', {}): only shards of "
                "one plan can be merged",
                folder.native(), (*manifest)->plan_name, (*manifest)->plan_hash,
                folders_.front().native(), manifests_.front().plan_name,
                manifests_.front().plan_hash));
        }
        note_hosts((*manifest)->text);
        manifests_.push_back(std::move(**manifest));
        folders_.push_back(folder);
        return add_lines(folder / kResultFile);
    }

    Result<MergeSummary> write(const fs::path& out) {
        COMMITBENCH_TRY(make_folder(out));
        COMMITBENCH_TRY(replace_file(out / kResultFile, text_));
        COMMITBENCH_TRY(replace_file(out / kManifestFile, merged_manifest(manifests_, folders_)));
        return std::move(summary_);
    }

  private:
    Status add_lines(const fs::path& file) {
        const auto text = read_file(file);
        if (!text) {
            return text.error();
        }
        const std::string content = text->value_or(std::string());
        std::size_t at = 0;
        std::size_t number = 0;
        while (at < content.size()) {
            ++number;
            const std::size_t newline = content.find('\n', at);
            const auto line = std::string_view(content).substr(at, newline - at);
            const auto entry = parse_sweep_line(line);
            if (newline == std::string::npos || !entry ||
                entry->plan_hash != manifests_.front().plan_hash) {
                return Error{ErrorCode::corrupt,
                             fmt::format("{}:{}: this line is damaged or of another sweep; nothing "
                                         "was written: sweep that folder again first, which mends "
                                         "it",
                                         file.native(), number)};
            }
            COMMITBENCH_TRY(add_line(file, std::string(line), *entry));
            at = newline + 1;
        }
        return {};
    }

    Status add_line(const fs::path& file, const std::string& line, const RunEntry& entry) {
        if (!lines_.insert(line).second) {
            summary_.repeated.push_back(
                fmt::format("cell {} repetition {}", entry.cell, entry.repetition));
            return {};
        }
        if (entry.status == RunStatus::ok) {
            const auto [known, fresh] =
                good_.emplace(std::pair(entry.cell, entry.repetition), file.native());
            if (!fresh && !keep_first_) {
                return bad_input(fmt::format(
                    "cell {} repetition {} was run both in {} and in {}: name one of them, or "
                    "--keep-first to take the run of the folder that is named first",
                    entry.cell, entry.repetition, known->second, file.native()));
            }
            if (!fresh) {
                summary_.repeated.push_back(
                    fmt::format("cell {} repetition {}", entry.cell, entry.repetition));
                return {};
            }
        }
        text_ += line;
        text_ += '\n';
        ++summary_.lines;
        return {};
    }

    /// INVARIANT: read_manifest() took this text.
    void note_hosts(const std::string& manifest) {
        const auto json = nlohmann::json::parse(manifest);
        for (const auto& session : json.at("sessions")) {
            const std::string host = session.at("machine").value("host", std::string("unknown"));
            if (std::ranges::find(summary_.hosts, host) == summary_.hosts.end()) {
                summary_.hosts.push_back(host);
            }
        }
    }

    bool keep_first_;
    std::vector<ManifestSummary> manifests_;
    std::vector<fs::path> folders_;
    std::set<std::string> lines_;
    std::map<std::pair<std::string, std::uint64_t>, std::string> good_;  // -> file
    std::string text_;
    MergeSummary summary_;
};

}  // namespace

Result<MergeSummary> merge_sweeps(const fs::path& out,
                                  const std::vector<fs::path>& folders,
                                  bool keep_first) {
    std::error_code error;
    for (const std::string_view name : {kResultFile, kManifestFile}) {
        if (fs::exists(out / name, error)) {
            return bad_input(fmt::format("{} is there already: merge into another folder",
                                         (out / name).native()));
        }
    }
    Merge merge(keep_first);
    for (const fs::path& folder : folders) {
        COMMITBENCH_TRY(merge.add(folder));
    }
    return merge.write(out);
}

}  // namespace commitbench::sweep
