// SPDX-License-Identifier: Apache-2.0
#include "harness/plugin/calls.hpp"

#include "harness/runtime/worker_pool.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace commitbench::plugin {
namespace {

/// The plug-in's line, whatever it put there: up to its zero or the end of the field, and
/// printable.
std::string message_of(const cb_error& error) {
    const auto* end = std::find(std::begin(error.message), std::end(error.message), '\0');
    std::string text(std::begin(error.message), end);
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
    return text.empty() ? "it gives no reason" : text;
}

}  // namespace

Error error_of(std::string_view component,
               std::string_view call,
               cb_code code,
               const cb_error& error) {
    const std::string text = fmt::format("plug-in {}: {}: {}", component, call, message_of(error));
    switch (code) {
        case CB_BAD_INPUT:
            return {ErrorCode::bad_input, text};
        case CB_IO:
            return {ErrorCode::plug_in, text};
        case CB_CORRUPT:
            return {ErrorCode::corrupt, text};
        case CB_DOES_NOT_FIT:
            return {ErrorCode::does_not_fit, text};
        case CB_UNSUPPORTED:
            return {ErrorCode::unsupported, text};
        default:
            return {ErrorCode::plug_in,
                    fmt::format("{} (with the code {}, which ABI {}.{} does not have)", text, code,
                                COMMITBENCH_ABI_MAJOR, COMMITBENCH_ABI_MINOR)};
    }
}

Settings::Settings(const Options& options) : text_(options.plain()) {
    for (const auto& [key, value] : text_) {
        settings_.push_back({key.c_str(), value.c_str()});
    }
}

Host::Host(WorkerPool* pool)
    : pool_(pool),
      host_{.struct_size = sizeof(cb_host),
            .workers = pool == nullptr ? 1 : pool->workers(),
            .context = this,
            .run_on_workers = &Host::run,
            .rouse_workers = &Host::rouse} {}

void Host::run(void* context, void (*body)(void*, std::uint32_t), void* argument) {
    const auto* self = static_cast<Host*>(context);
    if (self->pool_ == nullptr) {
        body(argument, 0);
        return;
    }
    self->pool_->run([&](NativeWorker& worker) { body(argument, worker.index()); });
}

void Host::rouse(void* context) {
    if (const WorkerPool* pool = static_cast<const Host*>(context)->pool_; pool != nullptr) {
        pool->rouse();
    }
}

void visit_counters(void (*counters)(void*, cb_counter_visitor, void*),
                    void* component,
                    CounterVisitor& visitor) {
    if (counters != nullptr) {
        counters(
            component,
            [](void* context, const char* name, std::uint64_t value) {
                static_cast<CounterVisitor*>(context)->counter(name, value);
            },
            &visitor);
    }
}

void visit_facts(void (*facts)(void*, cb_fact_visitor, void*),
                 void* component,
                 FactVisitor& visitor) {
    if (facts != nullptr) {
        facts(
            component,
            [](void* context, const char* name, const char* value, const char* why) {
                static_cast<FactVisitor*>(context)->fact(name, value, why == nullptr ? "" : why);
            },
            &visitor);
    }
}

}  // namespace commitbench::plugin
