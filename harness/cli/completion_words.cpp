// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/completion_words.hpp"

#include "harness/cli/command_tree.hpp"
#include "harness/cli/component_text.hpp"
#include "harness/cli/sweep_plan.hpp"

#include <algorithm>

namespace commitbench::cli {
namespace {

/// At least one part, which may be empty.
std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    for (std::size_t end = text.find(at); end != std::string::npos; end = text.find(at, begin)) {
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    parts.push_back(text.substr(begin));
    return parts;
}

class Completing {
  public:
    /// `prefix` stands before every word, as "--backend=" does; words are completed from `word`.
    Completing(std::string prefix, std::string word)
        : prefix_(std::move(prefix)), word_(std::move(word)) {}

    void add(const std::string& candidate, std::string_view help, bool open = false) {
        if (candidate.starts_with(word_)) {
            made_.words.push_back({prefix_ + candidate, std::string(help), open});
        }
    }
    void add_paths(PathCompletion paths, const std::string& before = {}) {
        made_.paths = paths;
        made_.path_prefix = prefix_ + before;
    }

    /// "name:key=value,...". `kinds`: those whose components may stand here.
    void add_spec(std::span<const std::string_view> kinds, bool options_follow) {
        const std::size_t colon = word_.find(':');
        if (colon != std::string::npos) {
            if (options_follow) {
                add_options(kinds, word_.substr(0, colon), colon + 1);
            }
            return;
        }
        if (word_.starts_with('.') || word_.starts_with('~') || is_library_path(word_)) {
            add_paths(PathCompletion::files);
            return;
        }
        for (const std::string_view kind : kinds) {
            for (const auto& components :
                 {built_in_components(kind), search_path_components(kind)}) {
                for (const ComponentText& component : components) {
                    add(std::string(component.name), component.summary,
                        options_follow && !component.options.empty());
                }
            }
        }
    }

    [[nodiscard]] Completion made() && { return std::move(made_); }

  private:
    /// `begin`: where the options do.
    void add_options(std::span<const std::string_view> kinds,
                     const std::string& name,
                     std::size_t begin) {
        for (const std::string_view kind : kinds) {
            if (const auto component = find_component_text(kind, name)) {
                add_options(*component, begin);
                return;
            }
        }
    }

    void add_options(const ComponentText& component, std::size_t begin) {
        const std::vector<std::string> settings = split(word_.substr(begin), ',');
        const std::string& last = settings.back();
        const std::string before = word_.substr(0, word_.size() - last.size());
        const std::size_t equals = last.find('=');
        for (const OptionSpec& option : component.options) {
            const std::string assigned = std::string(option.key) + '=';
            if (equals != std::string::npos) {
                if (last.starts_with(assigned)) {
                    add_values(option, before + assigned);
                }
            } else if (std::ranges::none_of(settings, [&assigned](const std::string& setting) {
                           return setting.starts_with(assigned);
                       })) {
                add(before + assigned, option.help, true);
            }
        }
    }

    void add_values(const OptionSpec& option, const std::string& before) {
        if (option.type == OptionType::path) {
            add_paths(PathCompletion::files, before);
            return;
        }
        std::vector<std::string> values;
        if (option.type == OptionType::boolean || option.type == OptionType::choice) {
            values = split(std::string(option_text(option).range), '|');
        } else {  // a number: the default shows how to write one
            if (option.range.starts_with("auto|")) {
                values.emplace_back("auto");
            }
            values.emplace_back(option.default_value);
        }
        std::ranges::sort(values);
        const auto repeated = std::ranges::unique(values);
        values.erase(repeated.begin(), repeated.end());
        for (const std::string& value : values) {
            if (!value.empty()) {
                add(before + value, value == option.default_value ? "the default" : "", true);
            }
        }
    }

    std::string prefix_;
    std::string word_;
    Completion made_;
};

/// The one kind of this name, or none.
std::span<const std::string_view> kind_of(std::string_view name) {
    const auto* found = std::ranges::find(kComponentKinds, name);
    return {found, found == kComponentKinds.end() ? 0U : 1U};
}

bool is_name_of(std::string_view flag, const CLI::Option& option) {
    return std::ranges::any_of(spellings_of(option),
                               [flag](const std::string& spelling) { return spelling == flag; });
}

/// Where the cursor is in the tree.
class Cursor {
  public:
    explicit Cursor(const CLI::App& app) : app_(&app) {}

    void pass(const std::string& word) {
        if (value_of_ != nullptr) {
            value_of_ = nullptr;
        } else if (word.starts_with('-') && word != "-") {
            const CLI::Option* flag = find_flag(word);
            value_of_ = flag != nullptr && !value_name(*flag).empty() ? flag : nullptr;
        } else if (const CLI::App* inner = find_subcommand(word); inner != nullptr) {
            app_ = inner;
            positionals_.clear();
        } else {
            positionals_.push_back(word);
        }
    }

    [[nodiscard]] Completion complete(const std::string& word) const {
        if (value_of_ != nullptr) {
            return value(*value_of_, "", word);
        }
        if (word.starts_with('-')) {
            const std::size_t equals = word.find('=');
            const CLI::Option* flag = find_flag(word.substr(0, equals));
            if (equals != std::string::npos) {
                return flag == nullptr
                           ? Completion()
                           : value(*flag, word.substr(0, equals + 1), word.substr(equals + 1));
            }
            return flags(word);
        }
        Completing completing("", word);
        if (positionals_.empty()) {
            for (const CLI::App* inner : subcommands_of(*app_)) {
                completing.add(inner->get_name(), inner->get_description());
            }
        }
        if (app_->get_prefix_command()) {  // whose words the analysis reads: folders of results
            completing.add_paths(PathCompletion::files);
        }
        const std::vector<const CLI::Option*> places = positionals_of(*app_);
        if (!places.empty()) {
            const std::size_t at = std::min(positionals_.size(), places.size() - 1);
            if (at == positionals_.size() || repeats(*places[at])) {
                return value(*places[at], "", word);
            }
        }
        return std::move(completing).made();
    }

  private:
    [[nodiscard]] const CLI::App* find_subcommand(const std::string& word) const {
        if (!positionals_.empty()) {
            return nullptr;
        }
        for (const CLI::App* inner : subcommands_of(*app_)) {
            if (inner->get_name() == word) {
                return inner;
            }
        }
        return nullptr;
    }

    /// Here and further out: what a subcommand does not know, its parent may.
    [[nodiscard]] const CLI::Option* find_flag(std::string_view spelling) const {
        for (const CLI::App* app = app_; app != nullptr; app = app->get_parent()) {
            for (const CLI::Option* flag : flags_of(*app)) {
                if (is_name_of(spelling, *flag)) {
                    return flag;
                }
            }
        }
        return nullptr;
    }

    [[nodiscard]] Completion flags(const std::string& word) const {
        Completing completing("", word);
        for (const CLI::App* app = app_; app != nullptr; app = app->get_parent()) {
            for (const CLI::Option* flag : flags_of(*app)) {
                // An inner flag hides an outer one of the same name.
                const auto names = spellings_of(*flag);
                if (!names.empty() && find_flag(names.back()) == flag) {
                    completing.add(names.back(), flag->get_description());
                }
            }
        }
        return std::move(completing).made();
    }

    [[nodiscard]] Completion value(const CLI::Option& option,
                                   const std::string& prefix,
                                   const std::string& word) const {
        Completing completing(prefix, word);
        const std::string name = value_name(option);
        if (name.find('|') != std::string::npos) {
            const std::string given = default_value(option);
            for (const std::string& choice : split(name, '|')) {
                completing.add(choice, choice == given ? "the default" : "");
            }
        } else if (name.starts_with("DIR") || name == "OUT") {
            completing.add_paths(PathCompletion::folders);
        } else if (name == "FILE" || name == "PATH") {
            completing.add_paths(PathCompletion::files);
        } else if (name == "SPEC") {
            completing.add_spec(kind_of(option.get_lnames().front()), true);
        } else if (name == "PLUGIN") {
            completing.add_spec(kComponentKinds, true);
        } else if (name == "NAME") {
            completing.add_spec(kind_of(positionals_.front()), false);
        } else if (name == "PLAN") {
            completing.add_paths(PathCompletion::files);
            if (const auto plans = shipped_plans()) {
                for (const auto& plan : *plans) {
                    completing.add(plan.stem().string(), "comes with the program");
                }
            }
        }
        return std::move(completing).made();
    }

    const CLI::App* app_;
    const CLI::Option* value_of_ = nullptr;  // the flag whose value comes next
    std::vector<std::string> positionals_;
};

}  // namespace

Completion complete_words(const CLI::App& app, std::span<const std::string> typed) {
    if (typed.empty()) {
        return {};
    }
    Cursor cursor(app);
    for (const std::string& word : typed.first(typed.size() - 1)) {
        cursor.pass(word);
    }
    return cursor.complete(typed.back());
}

}  // namespace commitbench::cli
