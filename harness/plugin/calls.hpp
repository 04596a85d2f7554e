// SPDX-License-Identifier: Apache-2.0
// What the adapters have alike: a plug-in's codes as Errors, resolved options as settings, the
// host's services.
#pragma once

#include "harness/core/observer.hpp"
#include "harness/core/options.hpp"
#include "harness/core/state_key.hpp"
#include "include/commitbench/plugin.h"

#include <string>
#include <vector>

namespace commitbench {
class WorkerPool;
}

namespace commitbench::plugin {

static_assert(sizeof(StateKey) == sizeof(cb_key));
static_assert(alignof(StateKey) == alignof(cb_key));

[[nodiscard]] inline const cb_key* key_of(const StateKey& key) noexcept {
    return reinterpret_cast<const cb_key*>(key.bytes.data());
}
[[nodiscard]] inline const StateKey& key_of(const cb_key* key) noexcept {
    return *reinterpret_cast<const StateKey*>(key);
}
[[nodiscard]] inline cb_bytes bytes_of(ByteView view) noexcept {
    return {view.data(), view.size()};
}
[[nodiscard]] inline ByteView view_of(const cb_bytes& bytes) noexcept {
    return {bytes.data, bytes.size};
}

/// A failed call of `component` as an Error: "plug-in foo: open: MESSAGE". A code that plugin.h
/// does not list, or no message, is said too. CB_IO is plug_in: it ends no sweep, as a full disk
/// that the host itself has met does.
[[nodiscard]] Error error_of(std::string_view component,
                             std::string_view call,
                             cb_code code,
                             const cb_error& error);

/// Runs one call, and its Error where it failed: invoke("foo", "open", [&](cb_error* error) {
/// return table.open(..., error); }).
template<class Call>
[[nodiscard]] Status invoke(std::string_view component, std::string_view name, Call call) {
    cb_error error;
    error.message[0] = '\0';
    const cb_code code = call(&error);
    return code == CB_OK ? Status() : Status(error_of(component, name, code, error));
}

/// Every option with its value, as plugin.h says. Owns the text.
class Settings {
  public:
    explicit Settings(const Options& options);
    Settings(const Settings&) = delete;
    Settings& operator=(const Settings&) = delete;
    [[nodiscard]] const cb_setting* data() const noexcept { return settings_.data(); }
    [[nodiscard]] std::size_t size() const noexcept { return settings_.size(); }

  private:
    std::vector<std::pair<std::string, std::string>> text_;
    std::vector<cb_setting> settings_;
};

/// The services of plugin.h on a pool; null: the caller's thread alone. Outlived by the pool.
class Host {
  public:
    explicit Host(WorkerPool* pool);
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    [[nodiscard]] const cb_host* get() const noexcept { return &host_; }

  private:
    static void run(void* context, void (*body)(void*, std::uint32_t), void* argument);
    static void rouse(void* context);

    WorkerPool* pool_;
    cb_host host_;
};

/// For the optional calls `counters` and `facts`: the visitors of plugin.h around the harness's
/// own.
void visit_counters(void (*counters)(void*, cb_counter_visitor, void*),
                    void* component,
                    CounterVisitor& visitor);
void visit_facts(void (*facts)(void*, cb_fact_visitor, void*),
                 void* component,
                 FactVisitor& visitor);

}  // namespace commitbench::plugin
