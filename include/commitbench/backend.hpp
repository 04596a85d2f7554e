// SPDX-License-Identifier: Apache-2.0
// A backend as a plug-in, in C++17 and later: derive from Backend, name the class once in
// COMMITBENCH_BACKEND.
//
//     class Mine final : public commitbench::api::Backend { ... };
//     COMMITBENCH_BACKEND(Mine, "mine", "What it is, in a sentence.", "1.0", "who", "Apache-2.0",
//     kOptions, 0);
//
// The contracts (order of calls, threads, who owns what) are those of cb_backend_interface in
// plugin.h. Failures are thrown, as Failure or any std::exception, and end at the border; nothing
// else of the standard library crosses it.
//
// What is made with this file runs in every host of ABI 1.0 and later: services that came after 1.0
// are used where the host has them (Workers).
#pragma once

#include <commitbench/plugin.h>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace commitbench::api {

/// What a call throws where it fails: one line with what, why and remedy.
class Failure : public std::runtime_error {
  public:
    Failure(cb_code code, const std::string& message) : std::runtime_error(message), code_(code) {}
    [[nodiscard]] cb_code code() const noexcept { return code_; }

  private:
    cb_code code_;
};

/// Every option with its value, defaults included. The getters throw Failure where the key is not
/// in the table, for that is a mistake of the plug-in; the values were checked by the host.
class Settings {
  public:
    Settings(const cb_setting* settings, std::size_t count) : settings_(settings), count_(count) {}

    [[nodiscard]] std::string_view text(std::string_view key) const {
        for (std::size_t i = 0; i < count_; ++i) {
            if (key == settings_[i].key) {
                return settings_[i].value;
            }
        }
        throw Failure(CB_BAD_INPUT,
                      "the option '" + std::string(key) + "' is not in the plug-in's own table");
    }
    [[nodiscard]] bool boolean(std::string_view key) const { return text(key) == "on"; }
    [[nodiscard]] std::uint64_t integer(std::string_view key) const {
        return std::stoull(std::string(text(key)));
    }
    [[nodiscard]] std::uint64_t size(std::string_view key) const { return integer(key); }
    [[nodiscard]] double real(std::string_view key) const {
        return std::stod(std::string(text(key)));
    }
    [[nodiscard]] const cb_setting* begin() const { return settings_; }
    [[nodiscard]] const cb_setting* end() const { return settings_ + count_; }

  private:
    const cb_setting* settings_;
    std::size_t count_;
};

/// The first state, entry by entry; fetched in batches.
class SortedState {
  public:
    explicit SortedState(const cb_sorted_state* source) : source_(source) {}
    [[nodiscard]] std::uint64_t size() const noexcept { return source_->size; }
    /// False at the end. Both are valid until the next call. Throws where the source fails; let it
    /// pass.
    bool next(const cb_key*& key, cb_bytes& value) {
        if (at_ == count_) {
            const std::int64_t more = source_->next(source_->context, kBatch, &keys_, &values_);
            if (more < 0) {
                throw Failure(CB_IO, "the first state ended early");
            }
            at_ = 0;
            count_ = static_cast<std::size_t>(more);
            if (count_ == 0) {
                return false;
            }
        }
        key = keys_ + at_;
        value = values_[at_];
        ++at_;
        return true;
    }

  private:
    static constexpr std::size_t kBatch = 1024;
    const cb_sorted_state* source_;
    const cb_key* keys_ = nullptr;
    const cb_bytes* values_ = nullptr;
    std::size_t at_ = 0;
    std::size_t count_ = 0;
};

/// The host's threads.
class Workers {
  public:
    /// Valid as long as the host, which outlives the backend.
    explicit Workers(const cb_host* host) : host_(host) {}
    /// The caller's thread included.
    [[nodiscard]] std::uint32_t count() const noexcept { return host_->workers; }
    /// Calls body(i) for i < count(), all at the same time; returns when all have returned. `body`
    /// must not throw.
    template<class Body>
    void run(Body&& body) const {
        using Plain = std::remove_reference_t<Body>;
        host_->run_on_workers(
            host_->context,
            [](void* argument, std::uint32_t worker) { (*static_cast<Plain*>(argument))(worker); },
            const_cast<void*>(static_cast<const void*>(&body)));
    }
    /// Wakes them, where run() follows soon. Nothing in a host of ABI 1.0, which cannot.
    void rouse() const {
        if (CB_HAS(cb_host, host_, rouse_workers)) {
            host_->rouse_workers(host_->context);
        }
    }

  private:
    const cb_host* host_;
};

/// One a thread.
class Reader {
  public:
    virtual ~Reader() = default;
    /// False where absent. The value is valid until the next call.
    virtual bool get(const cb_key& key, cb_bytes& value) = 0;
};

/// What the items of a proof show.
struct Verdict {
    bool valid = false;    ///< they lead to the root
    bool present = false;  ///< where valid
    cb_bytes value{};      ///< where present; valid until the next call
};

/// A constructor Mine(const Settings&, const cb_resources&) opens what is in resources.directory.
class Backend {
  public:
    virtual ~Backend() = default;
    virtual const char* scheme() = 0;
    virtual cb_position position() = 0;
    virtual void load(SortedState& state) = 0;
    virtual void stage(const cb_change* changes, std::size_t count) = 0;
    virtual void merkleize(std::uint8_t* root) = 0;  ///< 32 bytes
    virtual void persist(std::uint64_t block) = 0;
    virtual void reopen() = 0;
    virtual std::unique_ptr<Reader> open_reader() = 0;
    virtual void counters(cb_counter_visitor, void* /*context*/) {}
    virtual void facts(cb_fact_visitor, void* /*context*/) {}

    // Offered where Mine overrides them, in public; else the table says that they are not. prove
    // and verify come together.
    virtual void paths_of(const cb_key* /*keys*/, std::size_t /*count*/, cb_key* /*paths*/) {}
    virtual void stage_keys(const cb_key_change* /*changes*/, std::size_t /*count*/) {}
    virtual void prove(cb_bytes /*key*/, cb_item_visitor, void* /*context*/) {}
    virtual Verdict verify(const std::uint8_t* /*root*/,
                           cb_bytes /*key*/,
                           const cb_bytes* /*items*/,
                           std::size_t /*count*/) {
        return {};
    }
    // And, where files depend on options: static bool Mine::keeps_files(const Settings&).
};

namespace detail {

inline void write_line(cb_error* error, const char* text) noexcept {
    std::snprintf(error->message, sizeof error->message, "%s", text);
}

/// Runs a call; what it throws becomes a code and a line.
template<class Call>
cb_code at_border(cb_error* error, Call call) noexcept {
    try {
        call();
        return CB_OK;
    } catch (const Failure& failure) {
        write_line(error, failure.what());
        return failure.code();
    } catch (const std::bad_alloc&) {
        write_line(error, "memory is exhausted: give it more, or a smaller state");
        return CB_DOES_NOT_FIT;
    } catch (const std::exception& failure) {
        write_line(error, failure.what());
        return CB_IO;
    } catch (...) {
        write_line(error, "something was thrown that is no std::exception");
        return CB_IO;
    }
}

/// The table's functions, which know the class only where it is made.
template<class Mine>
struct Table {
    static Backend& of(void* backend) { return *static_cast<Backend*>(backend); }

    static cb_code open(const cb_setting* settings,
                        std::size_t count,
                        const cb_resources* resources,
                        void** backend,
                        cb_error* error) {
        return at_border(error, [&] {
            *backend = static_cast<Backend*>(new Mine(Settings(settings, count), *resources));
        });
    }
    static void close(void* backend) { delete static_cast<Backend*>(backend); }
    static const char* scheme(void* backend) { return of(backend).scheme(); }
    static cb_code position(void* backend, cb_position* position, cb_error* error) {
        return at_border(error, [&] { *position = of(backend).position(); });
    }
    static cb_code load(void* backend, const cb_sorted_state* state, cb_error* error) {
        return at_border(error, [&] {
            SortedState sorted(state);
            of(backend).load(sorted);
        });
    }
    static cb_code stage(void* backend,
                         const cb_change* changes,
                         std::size_t count,
                         cb_error* error) {
        return at_border(error, [&] { of(backend).stage(changes, count); });
    }
    static cb_code merkleize(void* backend, std::uint8_t* root, cb_error* error) {
        return at_border(error, [&] { of(backend).merkleize(root); });
    }
    static cb_code persist(void* backend, std::uint64_t block, cb_error* error) {
        return at_border(error, [&] { of(backend).persist(block); });
    }
    static cb_code reopen(void* backend, cb_error* error) {
        return at_border(error, [&] { of(backend).reopen(); });
    }
    static cb_code reader_open(void* backend, void** reader, cb_error* error) {
        return at_border(error, [&] { *reader = of(backend).open_reader().release(); });
    }
    static cb_code reader_get(void* reader,
                              const cb_key* key,
                              cb_bytes* value,
                              std::int32_t* present,
                              cb_error* error) {
        return at_border(
            error, [&] { *present = static_cast<Reader*>(reader)->get(*key, *value) ? 1 : 0; });
    }
    static void reader_close(void* reader) { delete static_cast<Reader*>(reader); }
    static void counters(void* backend, cb_counter_visitor visitor, void* context) {
        of(backend).counters(visitor, context);
    }
    static void facts(void* backend, cb_fact_visitor visitor, void* context) {
        of(backend).facts(visitor, context);
    }
    static void paths_of(void* backend, const cb_key* keys, std::size_t count, cb_key* paths) {
        of(backend).paths_of(keys, count, paths);
    }
    static cb_code stage_keys(void* backend,
                              const cb_key_change* changes,
                              std::size_t count,
                              cb_error* error) {
        return at_border(error, [&] { of(backend).stage_keys(changes, count); });
    }
    static cb_code prove(void* backend,
                         cb_bytes key,
                         cb_item_visitor visitor,
                         void* context,
                         cb_error* error) {
        return at_border(error, [&] { of(backend).prove(key, visitor, context); });
    }
    static cb_code verify(void* backend,
                          const std::uint8_t* root,
                          cb_bytes key,
                          const cb_bytes* items,
                          std::size_t count,
                          std::int32_t* valid,
                          std::int32_t* present,
                          cb_bytes* value,
                          cb_error* error) {
        return at_border(error, [&] {
            const Verdict verdict = of(backend).verify(root, key, items, count);
            *valid = verdict.valid ? 1 : 0;
            *present = verdict.valid && verdict.present ? 1 : 0;
            *value = verdict.value;
        });
    }
    static std::int32_t keeps_files(const cb_setting* settings, std::size_t count) {
        return Mine::keeps_files(Settings(settings, count)) ? 1 : 0;
    }
};

/// Whether Mine overrides what Backend has by this name.
template<class OfMine, class OfBackend>
constexpr bool overrides(OfMine, OfBackend) {
    return !std::is_same_v<OfMine, OfBackend>;
}

template<class Mine, class = void>
struct SaysWhatItKeeps : std::false_type {};
template<class Mine>
struct SaysWhatItKeeps<Mine, std::void_t<decltype(&Mine::keeps_files)>> : std::true_type {};

template<class Mine>
constexpr cb_backend_interface table(const char* name,
                                     const char* summary,
                                     const cb_option* options,
                                     std::size_t count,
                                     std::uint32_t flags) {
    cb_backend_interface made{};
    made.struct_size = sizeof made;
    made.flags = flags;
    made.name = name;
    made.summary = summary;
    made.options = options;
    made.option_count = count;
    made.open = &Table<Mine>::open;
    made.close = &Table<Mine>::close;
    made.scheme = &Table<Mine>::scheme;
    made.position = &Table<Mine>::position;
    made.load = &Table<Mine>::load;
    made.stage = &Table<Mine>::stage;
    made.merkleize = &Table<Mine>::merkleize;
    made.persist = &Table<Mine>::persist;
    made.reopen = &Table<Mine>::reopen;
    made.reader_open = &Table<Mine>::reader_open;
    made.reader_get = &Table<Mine>::reader_get;
    made.reader_close = &Table<Mine>::reader_close;
    made.counters = &Table<Mine>::counters;
    made.facts = &Table<Mine>::facts;
    if constexpr (overrides(&Mine::paths_of, &Backend::paths_of)) {
        made.paths_of = &Table<Mine>::paths_of;
    }
    if constexpr (overrides(&Mine::stage_keys, &Backend::stage_keys)) {
        made.stage_keys = &Table<Mine>::stage_keys;
    }
    constexpr bool kProves = overrides(&Mine::prove, &Backend::prove);
    static_assert(kProves == overrides(&Mine::verify, &Backend::verify),
                  "prove and verify come together");
    if constexpr (kProves) {
        made.prove = &Table<Mine>::prove;
        made.verify = &Table<Mine>::verify;
    }
    if constexpr (SaysWhatItKeeps<Mine>::value) {
        made.keeps_files = &Table<Mine>::keeps_files;
    }
    return made;
}

}  // namespace detail
}  // namespace commitbench::api

/// The minor version that this layer cannot do without.
#define COMMITBENCH_BACKEND_NEEDS_MINOR 0u

/// The plug-in's one symbol, for a library with one backend. `options`: an array of cb_option;
/// `flags`: CB_KEEPS_FILES or 0.
#define COMMITBENCH_BACKEND(Class, name, summary, version, vendor, license, options, flags)    \
    static constexpr cb_backend_interface commitbench_backend_table =                          \
        commitbench::api::detail::table<Class>(name, summary, options,                         \
                                               sizeof(options) / sizeof((options)[0]), flags); \
    static constexpr cb_interface commitbench_interfaces[] = {                                 \
        {COMMITBENCH_BACKEND_1, &commitbench_backend_table}};                                  \
    const cb_plugin commitbench_plugin = {COMMITBENCH_ABI_MAJOR,                               \
                                          COMMITBENCH_BACKEND_NEEDS_MINOR,                     \
                                          sizeof(cb_plugin),                                   \
                                          1,                                                   \
                                          commitbench_interfaces,                              \
                                          name,                                                \
                                          version,                                             \
                                          vendor,                                              \
                                          license,                                             \
                                          summary}
