// SPDX-License-Identifier: Apache-2.0
#include "harness/plugin/library.hpp"

#include "harness/plugin/backend_plugin.hpp"
#include "harness/plugin/elf_check.hpp"
#include "harness/plugin/executor_plugin.hpp"
#include "harness/plugin/workload_plugin.hpp"

#include <cstring>
#include <dlfcn.h>
#include <map>
#include <memory>

namespace commitbench::plugin {
namespace {

// Bytes of the tables of ABI 1.0, which no table may be shorter than. Fields appended since are
// NULL in an older library.
constexpr std::size_t kPluginBytes = 64;
constexpr std::size_t kBackendBytes = 184;
constexpr std::size_t kExecutorBytes = 88;
constexpr std::size_t kWorkloadBytes = 128;

Error refusal(const std::filesystem::path& path, std::string_view what) {
    return bad_input(fmt::format("{}: {}", path.string(), what));
}

/// The versions, before anything else is looked at.
Status check_versions(const std::filesystem::path& path, const cb_plugin& plugin) {
    if (plugin.abi_major != COMMITBENCH_ABI_MAJOR) {
        return refusal(path, fmt::format("was built for plug-in ABI {}.{}, and this commitbench "
                                         "speaks {}.{}: rebuild it with this commitbench's "
                                         "commitbench/plugin.h, or use a commitbench of ABI {}",
                                         plugin.abi_major, plugin.abi_minor, COMMITBENCH_ABI_MAJOR,
                                         COMMITBENCH_ABI_MINOR, plugin.abi_major));
    }
    if (plugin.abi_minor > COMMITBENCH_ABI_MINOR) {
        return refusal(path, fmt::format("was built for plug-in ABI {}.{}, which is newer than "
                                         "this commitbench's {}.{}: use a newer commitbench, or "
                                         "rebuild the plug-in with this one's commitbench/plugin.h",
                                         plugin.abi_major, plugin.abi_minor, COMMITBENCH_ABI_MAJOR,
                                         COMMITBENCH_ABI_MINOR));
    }
    if (plugin.struct_size < kPluginBytes) {
        return refusal(path, fmt::format("its commitbench_plugin says that it has {} bytes, and "
                                         "has {} since ABI {}.0: fill in struct_size with sizeof",
                                         plugin.struct_size, kPluginBytes, COMMITBENCH_ABI_MAJOR));
    }
    for (const auto& [text, field] :
         {std::pair{plugin.name, "name"}, std::pair{plugin.version, "version"},
          std::pair{plugin.vendor, "vendor"}, std::pair{plugin.license, "license"},
          std::pair{plugin.description, "description"}}) {
        if (text == nullptr || *text == '\0') {
            return refusal(path,
                           fmt::format("its commitbench_plugin has no {}: fill it in", field));
        }
    }
    if (plugin.interface_count == 0 || plugin.interfaces == nullptr) {
        return refusal(path,
                       "its commitbench_plugin lists no interfaces: list what it offers, as "
                       "commitbench.backend/1");
    }
    return {};
}

/// The library's table in the host's length.
template<class Interface>
Result<Interface> whole_table(const std::filesystem::path& path,
                              std::string_view id,
                              const void* given,
                              std::size_t least) {
    std::uint32_t size = 0;
    std::memcpy(&size, given, sizeof size);
    if (size < least) {
        return refusal(path, fmt::format("its {} says that it has {} bytes, and has {} since ABI "
                                         "{}.0: fill in struct_size with sizeof",
                                         id, size, least, COMMITBENCH_ABI_MAJOR));
    }
    Interface table{};
    std::memcpy(&table, given, std::min<std::size_t>(size, sizeof table));
    return table;
}

/// A function of a table that must be there, and whether it is.
using Required = std::vector<std::pair<bool, std::string_view>>;

Required required_of(const cb_backend_interface& table) {
    return {{table.open != nullptr, "open"},
            {table.close != nullptr, "close"},
            {table.scheme != nullptr, "scheme"},
            {table.position != nullptr, "position"},
            {table.load != nullptr, "load"},
            {table.stage != nullptr, "stage"},
            {table.merkleize != nullptr, "merkleize"},
            {table.persist != nullptr, "persist"},
            {table.reopen != nullptr, "reopen"},
            {table.reader_open != nullptr, "reader_open"},
            {table.reader_get != nullptr, "reader_get"},
            {table.reader_close != nullptr, "reader_close"},
            {(table.prove == nullptr) == (table.verify == nullptr),
             "prove, or none verify (both or none)"}};
}

Required required_of(const cb_executor_interface& table) {
    return {{table.open != nullptr, "open"},
            {table.close != nullptr, "close"},
            {table.prepare != nullptr, "prepare"},
            {table.execute != nullptr, "execute"}};
}

Required required_of(const cb_workload_interface& table) {
    return {{table.open != nullptr, "open"},
            {table.close != nullptr, "close"},
            {table.state_size != nullptr, "state_size"},
            {table.keys != nullptr, "keys"},
            {table.value != nullptr, "value"},
            {table.block_limit != nullptr, "block_limit"},
            {table.block_open != nullptr, "block_open"},
            {table.block_close != nullptr, "block_close"},
            {table.block_execute != nullptr, "block_execute"}};
}

/// Whether the table has what it must have.
template<class Interface>
Status check_table(const std::filesystem::path& path, std::string_view id, const Interface& table) {
    if (table.name == nullptr || *table.name == '\0' || table.summary == nullptr ||
        *table.summary == '\0') {
        return refusal(path, fmt::format("its {} has no name or no summary: fill them in", id));
    }
    for (const char* letter = table.name; *letter != '\0'; ++letter) {
        const bool good = (*letter >= 'a' && *letter <= 'z') ||
                          (*letter >= '0' && *letter <= '9') || *letter == '-';
        if (!good) {
            return refusal(
                path,
                fmt::format("its {} is called '{}': a name has small letters, digits and '-' only",
                            id, table.name));
        }
    }
    for (const auto& [there, function] : required_of(table)) {
        if (!there) {
            return refusal(
                path,
                fmt::format(
                    "its {} has no function {}: only what plugin.h calls optional may be NULL", id,
                    function));
        }
    }
    return {};
}

Result<OptionType> type_of(const cb_option& option) {
    switch (option.type) {
        case CB_BOOLEAN:
            return OptionType::boolean;
        case CB_INTEGER:
            return OptionType::integer;
        case CB_SIZE:
            return OptionType::size;
        case CB_REAL:
            return OptionType::real;
        case CB_CHOICE:
            return OptionType::choice;
        case CB_PATH:
            return OptionType::path;
        default:
            return bad_input(
                fmt::format("has the type {}, which this ABI does not know", option.type));
    }
}

/// The plug-in's rows as the host's own; their defaults must be good by their own rules.
template<class Interface>
Result<std::span<const OptionSpec>> options_of(Library& library,
                                               std::string_view id,
                                               const Interface& table) {
    if (table.option_count > 0 && table.options == nullptr) {
        return refusal(library.path, fmt::format("its {} says {} options and has no table of them",
                                                 id, table.option_count));
    }
    std::vector<OptionSpec>& rows = library.options.emplace_back();
    ComponentSpec required_only{table.name, {}};
    for (const cb_option& option : std::span(table.options, table.option_count)) {
        for (const auto& [text, field] :
             {std::pair{option.key, "key"}, std::pair{option.unit, "unit"},
              std::pair{option.range, "range"}, std::pair{option.help, "help"}}) {
            if (text == nullptr) {
                return refusal(
                    library.path,
                    fmt::format("an option of its {} has no {}: write \"\" where there is none", id,
                                field));
            }
        }
        const auto type = type_of(option);
        if (!type) {
            return refusal(library.path,
                           fmt::format("its option {} {}", option.key, type.error().message));
        }
        rows.push_back(
            {.key = option.key,
             .type = *type,
             .unit = option.unit,
             .default_value = option.default_value == nullptr ? "" : option.default_value,
             .range = option.range,
             .help = option.help,
             .required = option.default_value == nullptr});
    }
    // A default that its own row refuses would be found by the first user; those without one cannot
    // be tried.
    std::vector<OptionSpec> with_default;
    for (const OptionSpec& row : rows) {
        if (!row.required) {
            with_default.push_back(row);
        }
    }
    const auto resolved = resolve_options(table.name, required_only, with_default);
    if (!resolved) {
        return refusal(library.path,
                       fmt::format("the table of options of its {} does not agree with itself: {}",
                                   id, resolved.error().message));
    }
    return std::span<const OptionSpec>(rows);
}

/// Takes one interface over: its table in `offers`, and what stands for it in `components`.
template<class Interface, class Component, class Create>
Status add(Library& library,
           std::string_view id,
           const void* given,
           std::size_t least,
           std::deque<Offer<Interface>>& offers,
           std::vector<Component>& components,
           Create create) {
    auto whole = whole_table<Interface>(library.path, id, given, least);
    if (!whole) {
        return whole.error();
    }
    const std::string name = fmt::format("{} {}", library.name, library.version);
    const Offer<Interface>& offer = offers.emplace_back(
        Offer<Interface>{*whole, name, fmt::format("{} ({})", name, library.path.string())});
    COMMITBENCH_TRY(check_table(library.path, id, offer.table));
    const auto options = options_of(library, id, offer.table);
    if (!options) {
        return options.error();
    }
    components.push_back(
        Component{offer.table.name, offer.table.summary, *options, {create, &offer}});
    components.back().library = offer.library;
    if constexpr (std::is_same_v<Component, BackendComponent>) {
        // Where it depends on options, only a call would tell, and nothing is called here.
        components.back().keeps_files =
            (offer.table.flags & CB_KEEPS_FILES) != 0 && offer.table.keeps_files == nullptr;
    }
    return {};
}

Status add_interface(Library& library, std::string_view id, const void* table) {
    if (id == COMMITBENCH_BACKEND_1) {
        return add(library, id, table, kBackendBytes, library.backend_offers, library.backends,
                   &create_backend);
    }
    if (id == COMMITBENCH_EXECUTOR_1) {
        return add(library, id, table, kExecutorBytes, library.executor_offers, library.executors,
                   &create_executor);
    }
    if (id == COMMITBENCH_WORKLOAD_1) {
        return add(library, id, table, kWorkloadBytes, library.workload_offers, library.workloads,
                   &create_workload);
    }
    return {};  // of a newer commitbench, or somebody else's
}

Result<std::unique_ptr<Library>> read_library(const std::filesystem::path& path) {
    COMMITBENCH_TRY(check_is_library(path));
    // At once, so that a symbol that is missing is missed now and not in the middle of a run;
    // apart, so that two libraries may bring different versions of the same engine.
    void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
        const char* why = dlerror();
        return refusal(
            path, fmt::format(
                      "cannot be loaded ({}): install what it needs, or build it with it linked in",
                      why == nullptr ? "no reason given" : why));
    }
    const auto* plugin = static_cast<const cb_plugin*>(dlsym(handle, COMMITBENCH_SYMBOL));
    if (plugin == nullptr) {
        return refusal(path,
                       "has no symbol commitbench_plugin, so it is no plug-in: define and export "
                       "it as commitbench/plugin.h says");
    }
    COMMITBENCH_TRY(check_versions(path, *plugin));
    auto library = std::make_unique<Library>();
    library->path = path;
    library->name = plugin->name;
    library->version = plugin->version;
    for (const cb_interface& entry : std::span(plugin->interfaces, plugin->interface_count)) {
        if (entry.id == nullptr || entry.table == nullptr) {
            return refusal(path, "lists an interface without an id or without a table");
        }
        COMMITBENCH_TRY(add_interface(*library, entry.id, entry.table));
    }
    if (library->backends.empty() && library->executors.empty() && library->workloads.empty()) {
        return refusal(
            path,
            fmt::format("offers nothing that this commitbench knows; it knows {}, {} and {}",
                        COMMITBENCH_BACKEND_1, COMMITBENCH_EXECUTOR_1, COMMITBENCH_WORKLOAD_1));
    }
    return library;
}

}  // namespace

Result<const Library*> open_library(const std::filesystem::path& path) {
    // Never freed (Library says why).
    static auto& opened = *new std::map<std::filesystem::path, std::unique_ptr<Library>>();
    std::error_code failure;
    auto canonical = std::filesystem::canonical(path, failure);
    if (failure) {
        canonical = path;  // check_is_library says what is wrong with it
    }
    if (const auto found = opened.find(canonical); found != opened.end()) {
        return found->second.get();
    }
    auto library = read_library(canonical);
    if (!library) {
        return library.error();
    }
    return opened.emplace(canonical, std::move(*library)).first->second.get();
}

}  // namespace commitbench::plugin
