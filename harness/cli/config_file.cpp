// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/config_file.hpp"

#include "harness/cli/command_tree.hpp"
#include "harness/core/options.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <toml++/toml.h>

namespace commitbench::cli {
namespace {

[[noreturn]] void refuse(const std::string& file,
                         const toml::source_region& where,
                         const std::string& what) {
    throw CLI::ConfigError(
        fmt::format("{}:{}:{}: {}", file, where.begin.line, where.begin.column, what),
        CLI::ExitCodes::ConfigError);
}

/// The value in the words of a flag; nullopt for what no flag takes (a date, a table).
std::optional<std::string> as_flag_text(const toml::node& node) {
    if (const auto text = node.value_exact<std::string>()) {
        return *text;
    }
    if (const auto number = node.value_exact<std::int64_t>()) {
        return std::to_string(*number);
    }
    if (const auto real = node.value_exact<double>()) {
        return fmt::format("{}", *real);
    }
    if (const auto truth = node.value_exact<bool>()) {
        return *truth ? "true" : "false";
    }
    return std::nullopt;
}

class Walk {
  public:
    explicit Walk(std::string file) : file_(std::move(file)) {}

    void section(const CLI::App& app,
                 const toml::table& table,
                 const std::vector<std::string>& parents) {
        for (const auto& [key, node] : table) {
            const std::string name(key.str());
            if (const toml::table* inner = node.as_table()) {
                const std::vector<std::string> known = subcommands(app);
                if (std::ranges::find(known, name) == known.end()) {
                    refuse(file_, key.source(), unknown("section", name, known));
                }
                std::vector<std::string> path = parents;
                path.push_back(name);
                section(*app.get_subcommand(name), *inner, path);
            } else {
                items_.push_back(item(app, name, key.source(), node, parents));
            }
        }
    }

    [[nodiscard]] std::vector<CLI::ConfigItem> items() && { return std::move(items_); }

  private:
    CLI::ConfigItem item(const CLI::App& app,
                         const std::string& name,
                         const toml::source_region& where,
                         const toml::node& node,
                         const std::vector<std::string>& parents) const {
        const CLI::Option* option = app.get_option_no_throw("--" + name);
        if (option == nullptr) {
            std::vector<std::string> keys;
            for (const std::string& flag : flag_names(app)) {
                keys.push_back(flag.substr(2));
            }
            refuse(file_, where, unknown("key", name, keys));
        }
        if (!option->get_configurable()) {
            refuse(file_, where, fmt::format("'{}' works on the command line only", name));
        }
        CLI::ConfigItem item{parents, name, {}};
        if (const toml::array* array = node.as_array()) {
            if (option->get_expected_max() <= 1) {
                refuse(file_, node.source(),
                       fmt::format("'{}' takes one value, not an array", name));
            }
            for (const toml::node& element : *array) {
                item.inputs.push_back(text(name, element));
            }
            if (item.inputs.empty()) {
                refuse(file_, node.source(),
                       fmt::format("'{}' is an empty array: name at least one value", name));
            }
        } else {
            item.inputs.push_back(text(name, node));
        }
        const bool is_flag = option->get_expected_max() == 0;
        if (is_flag && !node.is_boolean()) {
            refuse(file_, node.source(), fmt::format("'{}' takes true or false", name));
        }
        if (!is_flag && node.is_boolean()) {
            refuse(file_, node.source(),
                   fmt::format("'{}' takes a value, not true or false", name));
        }
        return item;
    }

    [[nodiscard]] std::string text(const std::string& name, const toml::node& node) const {
        auto value = as_flag_text(node);
        if (!value) {
            refuse(file_, node.source(),
                   fmt::format("'{}' takes a string, a number or true/false", name));
        }
        return *value;
    }

    static std::vector<std::string> subcommands(const CLI::App& app) {
        std::vector<std::string> names;
        for (const CLI::App* sub : subcommands_of(app)) {
            names.push_back(sub->get_name());
        }
        return names;
    }

    static std::string unknown(std::string_view kind,
                               const std::string& name,
                               const std::vector<std::string>& known) {
        const std::vector<std::string_view> views(known.begin(), known.end());
        const std::string_view close = nearest(name, views);
        if (!close.empty()) {
            return fmt::format("no {} is called '{}' here: did you mean '{}'?", kind, name, close);
        }
        if (known.empty()) {
            return fmt::format("no {} is called '{}' here: there are none", kind, name);
        }
        return fmt::format("no {} is called '{}' here: choose one of {}", kind, name,
                           fmt::join(known, ", "));
    }

    std::string file_;
    std::vector<CLI::ConfigItem> items_;
};

}  // namespace

std::vector<CLI::ConfigItem> ConfigFile::from_config(std::istream& input) const {
    const auto file = app_.get_config_ptr()->as<std::string>();
    try {
        const toml::table table = toml::parse(input, file);
        Walk walk(file);
        walk.section(app_, table, {});
        return std::move(walk).items();
    } catch (const toml::parse_error& error) {
        refuse(file, error.source(), std::string(error.description()));
    }
}

std::string ConfigFile::to_config(const CLI::App* /*app*/,
                                  bool /*defaults*/,
                                  bool /*descriptions*/,
                                  std::string /*prefix*/) const {
    return {};
}

}  // namespace commitbench::cli
