// SPDX-License-Identifier: Apache-2.0
#include "harness/plugin/export_backend.hpp"

#include "harness/plugin/calls.hpp"
#include "harness/plugin/change_bridge.hpp"

#include <utility>

namespace commitbench::plugin {
namespace {

cb_code code_of(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::bad_input:
            return CB_BAD_INPUT;
        case ErrorCode::corrupt:
        case ErrorCode::mismatch:
            return CB_CORRUPT;
        case ErrorCode::does_not_fit:
            return CB_DOES_NOT_FIT;
        case ErrorCode::unsupported:
            return CB_UNSUPPORTED;
        case ErrorCode::io:
        case ErrorCode::interrupted:
        case ErrorCode::timed_out:
        case ErrorCode::plug_in:
            break;
    }
    return CB_IO;
}

[[noreturn]] void fail(const Error& error) {
    throw api::Failure(code_of(error.code), error.message);
}

void need(const Status& status) {
    if (!status.ok()) {
        fail(status.error());
    }
}

template<class T>
T need(Result<T> result) {
    if (!result) {
        fail(result.error());
    }
    return std::move(*result);
}

std::int32_t type_of(OptionType type) noexcept {
    switch (type) {
        case OptionType::boolean:
            return CB_BOOLEAN;
        case OptionType::integer:
            return CB_INTEGER;
        case OptionType::size:
            return CB_SIZE;
        case OptionType::real:
            return CB_REAL;
        case OptionType::choice:
            return CB_CHOICE;
        case OptionType::path:
            break;
    }
    return CB_PATH;
}

LentWorkers lent_by(const cb_host* host) noexcept {
    LentWorkers lent{.workers = host->workers,
                     .context = host->context,
                     .run = host->run_on_workers,
                     .rouse = nullptr};
    if (CB_HAS(cb_host, host, rouse_workers)) {
        lent.rouse = host->rouse_workers;
    }
    return lent;
}

/// The host's first state as the backend takes it.
class LentState final : public SortedState {
  public:
    explicit LentState(api::SortedState& state) : state_(state) {}
    Result<bool> next(StateKey& key, ByteView& value) override {
        const cb_key* next = nullptr;
        cb_bytes bytes{};
        if (!state_.next(next, bytes)) {  // throws through load, which it ends
            return false;
        }
        key = key_of(next);
        value = view_of(bytes);
        return true;
    }
    std::uint64_t size() const override { return state_.size(); }

  private:
    api::SortedState& state_;
};

class ExportedReader final : public api::Reader {
  public:
    explicit ExportedReader(std::unique_ptr<StateReader> reader) : reader_(std::move(reader)) {}
    bool get(const cb_key& key, cb_bytes& value) override {
        const auto found = reader_->get(key_of(&key));
        if (!found) {
            fail(found.error());
        }
        if (!found->has_value()) {
            return false;
        }
        value = bytes_of(**found);
        return true;
    }

  private:
    std::unique_ptr<StateReader> reader_;
};

class VisitCounters final : public CounterVisitor {
  public:
    VisitCounters(cb_counter_visitor visitor, void* context)
        : visitor_(visitor), context_(context) {}
    void counter(std::string_view name, std::uint64_t value) override {
        visitor_(context_, std::string(name).c_str(), value);
    }
    /// Left out: what the interface passes on only grows.
    void gauge(std::string_view /*name*/, std::uint64_t /*value*/) override {}

  private:
    cb_counter_visitor visitor_;
    void* context_;
};

class VisitFacts final : public FactVisitor {
  public:
    VisitFacts(cb_fact_visitor visitor, void* context) : visitor_(visitor), context_(context) {}
    void fact(std::string_view name, std::string_view value, std::string_view why) override {
        visitor_(context_, std::string(name).c_str(), std::string(value).c_str(),
                 std::string(why).c_str());
    }

  private:
    cb_fact_visitor visitor_;
    void* context_;
};

}  // namespace

Options options_of(const BackendComponent& component, const api::Settings& settings) {
    ComponentSpec spec{.name = std::string(component.name), .options = {}};
    for (const cb_setting& setting : settings) {
        spec.options.emplace_back(setting.key, setting.value);
    }
    return need(resolve_options("backend", spec, component.options));
}

ExportedBackend::ExportedBackend(const BackendComponent& component,
                                 const api::Settings& settings,
                                 const cb_resources& resources)
    : pool_(lent_by(resources.host)) {
    if (!views_lie_as_bytes()) {
        fail({ErrorCode::unsupported,
              "this plug-in was built with a standard library whose spans are not pointer and "
              "size: changes cannot be taken as they lie"});
    }
    backend_ = need(component.create(
        options_of(component, settings),
        {.directory = resources.directory,
         .memory_budget = resources.memory_budget,
         .durability =
             resources.durability == CB_DURABILITY_BLOCK ? Durability::block : Durability::none,
         .workers = &pool_}));
    scheme_ = backend_->commitment_scheme();
}

void ExportedBackend::paths_of(const cb_key* keys, std::size_t count, cb_key* paths) {
    for (std::size_t i = 0; i < count; ++i) {
        const StateKey path = backend_->path_of(key_of(keys + i));
        std::memcpy(paths[i].bytes, path.bytes.data(), sizeof paths[i].bytes);
    }
}

cb_position ExportedBackend::position() {
    const Position at = backend_->persisted();
    cb_position position{at.block, {}, backend_->empty() ? 1 : 0};
    std::memcpy(position.root, at.root.bytes.data(), sizeof position.root);
    return position;
}

void ExportedBackend::load(api::SortedState& state) {
    LentState lent(state);
    need(backend_->load(lent));
}

void ExportedBackend::stage(const cb_change* changes, std::size_t count) {
    diff_.borrow(changes_of(changes, count));
    need(backend_->stage(diff_));
}

void ExportedBackend::stage_keys(const cb_key_change* changes, std::size_t count) {
    script_.clear();
    for (std::size_t i = 0; i < count; ++i) {
        const ByteView key = view_of(changes[i].key);
        const ByteView value = changes[i].deleted != 0 ? ByteView{} : view_of(changes[i].value);
        script_.push_back({Bytes(key.begin(), key.end()), Bytes(value.begin(), value.end()),
                           changes[i].deleted != 0});
    }
    need(backend_->stage_keys(script_));
}

void ExportedBackend::merkleize(std::uint8_t* root) {
    const Root made = need(backend_->merkleize());
    std::memcpy(root, made.bytes.data(), made.bytes.size());
}

void ExportedBackend::persist(std::uint64_t block) {
    need(backend_->persist(block));
}

void ExportedBackend::reopen() {
    need(backend_->reopen());
}

std::unique_ptr<api::Reader> ExportedBackend::open_reader() {
    return std::make_unique<ExportedReader>(need(backend_->open_reader()));
}

void ExportedBackend::prove(cb_bytes key, cb_item_visitor visitor, void* context) {
    for (const Bytes& item : need(backend_->prove(view_of(key))).items) {
        visitor(context, bytes_of(item));
    }
}

api::Verdict ExportedBackend::verify(const std::uint8_t* root,
                                     cb_bytes key,
                                     const cb_bytes* items,
                                     std::size_t count) {
    Proof proof;
    for (std::size_t i = 0; i < count; ++i) {
        const ByteView item = view_of(items[i]);
        proof.items.emplace_back(item.begin(), item.end());
    }
    Verdict verdict =
        need(backend_->verify(Root::from(ByteView(root, sizeof(Root))), view_of(key), proof));
    if (!verdict.valid || !verdict.value) {
        return {verdict.valid, false, {}};
    }
    proved_ = std::move(*verdict.value);
    return {true, true, bytes_of(proved_)};
}

void ExportedBackend::counters(cb_counter_visitor visitor, void* context) {
    VisitCounters visit(visitor, context);
    backend_->counters(visit);
}

void ExportedBackend::facts(cb_fact_visitor visitor, void* context) {
    VisitFacts visit(visitor, context);
    backend_->facts(visit);
}

ExportedText::ExportedText(const BackendComponent& component)
    : name_(keep(component.name)), summary_(keep(component.summary)) {
    for (const OptionSpec& row : component.options) {
        options_.push_back({.key = keep(row.key),
                            .type = type_of(row.type),
                            .unit = keep(row.unit),
                            .default_value = row.required ? nullptr : keep(row.default_value),
                            .range = keep(row.range),
                            .help = keep(row.help)});
    }
}

const char* ExportedText::keep(std::string_view text) {
    return kept_.emplace_back(text).c_str();
}

}  // namespace commitbench::plugin
