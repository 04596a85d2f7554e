// SPDX-License-Identifier: Apache-2.0
// A built-in backend as a plug-in: its component behind the tables of plugin.h, made of the same
// objects as the program, so that what the border costs can be measured.
//
//     COMMITBENCH_EXPORT_BACKEND(kPagedComponent, "0.1.0");
//
// alone in the source of a module that links commitbench_export and the backend.
#pragma once

#include "harness/core/kept_files.hpp"
#include "harness/core/registry.hpp"
#include "harness/runtime/worker_pool.hpp"
#include "include/commitbench/backend.hpp"

#include <deque>
#include <string>
#include <vector>

namespace commitbench::plugin {

/// The backend behind its own interface. A block's changes reach it as they lie: nothing is copied.
class ExportedBackend : public api::Backend {
  public:
    ExportedBackend(const BackendComponent& component,
                    const api::Settings& settings,
                    const cb_resources& resources);

    const char* scheme() override { return scheme_.c_str(); }
    void paths_of(const cb_key* keys, std::size_t count, cb_key* paths) override;
    cb_position position() override;
    void load(api::SortedState& state) override;
    void stage(const cb_change* changes, std::size_t count) override;
    void stage_keys(const cb_key_change* changes, std::size_t count) override;
    void merkleize(std::uint8_t* root) override;
    void persist(std::uint64_t block) override;
    void reopen() override;
    std::unique_ptr<api::Reader> open_reader() override;
    void prove(cb_bytes key, cb_item_visitor visitor, void* context) override;
    api::Verdict verify(const std::uint8_t* root,
                        cb_bytes key,
                        const cb_bytes* items,
                        std::size_t count) override;
    void counters(cb_counter_visitor visitor, void* context) override;
    void facts(cb_fact_visitor visitor, void* context) override;

  private:
    WorkerPool pool_;
    std::unique_ptr<commitbench::Backend> backend_;
    std::string scheme_;
    StateDiff diff_;                 // of the block under way, borrowed
    std::vector<KeyChange> script_;  // the same of a script's
    Bytes proved_;                   // the value of the last verify
};

/// The component's options from what the host gave; throws api::Failure.
[[nodiscard]] Options options_of(const BackendComponent& component, const api::Settings& settings);

/// The class that the table is made for: it has no more than the component that it is.
template<const BackendComponent& component>
class Exported final : public ExportedBackend {
  public:
    Exported(const api::Settings& settings, const cb_resources& resources)
        : ExportedBackend(component, settings, resources) {}
    static bool keeps_files(const api::Settings& settings) {
        return commitbench::keeps_files(options_of(component, settings));
    }
};

/// A component's text and option table as plugin.h has them.
class ExportedText {
  public:
    explicit ExportedText(const BackendComponent& component);
    [[nodiscard]] const char* name() const { return name_; }
    [[nodiscard]] const char* summary() const { return summary_; }
    [[nodiscard]] const std::vector<cb_option>& options() const { return options_; }

  private:
    const char* keep(std::string_view text);

    std::deque<std::string> kept_;
    const char* name_;
    const char* summary_;
    std::vector<cb_option> options_;
};

}  // namespace commitbench::plugin

// A template's argument takes no parentheses. NOLINTBEGIN(bugprone-macro-parentheses)
/// The module's one symbol. Filled in when the library is loaded, before anybody can look at it.
#define COMMITBENCH_EXPORT_BACKEND(component, version)                                             \
    static const commitbench::plugin::ExportedText commitbench_text(component);                    \
    static const cb_backend_interface commitbench_backend_table =                                  \
        commitbench::api::detail::table<commitbench::plugin::Exported<component>>(                 \
            commitbench_text.name(), commitbench_text.summary(),                                   \
            commitbench_text.options().data(), commitbench_text.options().size(), 0);              \
    static const cb_interface commitbench_interfaces[] = {                                         \
        {COMMITBENCH_BACKEND_1, &commitbench_backend_table}};                                      \
    const cb_plugin commitbench_plugin = {                                                         \
        COMMITBENCH_ABI_MAJOR,  COMMITBENCH_BACKEND_NEEDS_MINOR, sizeof(cb_plugin), 1,             \
        commitbench_interfaces, commitbench_text.name(),         version,           "commitbench", \
        "Apache-2.0",           commitbench_text.summary()}
// NOLINTEND(bugprone-macro-parentheses)
