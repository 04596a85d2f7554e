// SPDX-License-Identifier: Apache-2.0
// `commitbench man`: the manual page, in the macros of man(7), from the tree of the command line
// and the tables of the components.
#include "harness/cli/command.hpp"
#include "harness/cli/command_tree.hpp"
#include "harness/cli/component_text.hpp"
#include "harness/measure/build.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace commitbench::cli {
namespace {

struct Variable {
    std::string_view name;
    std::string_view meaning;
};

constexpr std::array kVariables{
    Variable{kPathVariable,
             "Folders of plug-ins, separated by colons: their components are found by name."},
    Variable{"COMMITBENCH_SHARE",
             "The folder with the program's plans, claims and scripts, where it is not beside the "
             "program."},
    Variable{
        "COMMITBENCH_PYTHON",
        "The Python that compare, aa, plot, report and claim run in; it needs numpy, scipy and "
        "matplotlib."},
    Variable{"NO_COLOR", "Set: no colour on a terminal."},
};

/// Text as roff prints it: no character is a command, and '-' is the one that can be copied.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '\\':
                out += "\\e";
                break;
            case '-':
                out += "\\-";
                break;
            case '"':
                out += "\\(dq";
                break;
            case '\'':
                out += "\\(aq";
                break;
            case '`':
                out += "\\(ga";
                break;
            case '^':
                out += "\\(ha";
                break;
            case '~':
                out += "\\(ti";
                break;
            case '\n':
                out += "\n.br\n";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string bold(std::string_view text) {
    return text.empty() ? std::string() : "\\fB" + escaped(text) + "\\fR";
}
std::string italic(std::string_view text) {
    return text.empty() ? std::string() : "\\fI" + escaped(text) + "\\fR";
}

/// A line of text; the zero-width \& keeps a '.' at its beginning from being a request.
void line(std::string_view text) {
    fmt::print("{}{}\n", text.starts_with('.') ? "\\&" : "", text);
}

void sentence(std::string_view text) {
    if (!text.empty()) {
        line(escaped(text) + (text.ends_with('.') || text.ends_with('?') ? "" : "."));
    }
}

/// As it is, line by line.
void preformatted(std::string_view text) {
    fmt::print(".nf\n");
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        line(escaped(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    fmt::print(".fi\n");
}

void option_item(const CLI::Option& option) {
    std::string head;
    for (const std::string& spelling : spellings_of(option)) {
        head += (head.empty() ? "" : ", ") + bold(spelling);
    }
    const std::string value = italic(value_name(option));
    if (option.get_positional()) {
        head = italic(option.get_name());
        if (head != value) {
            head += " (" + value + ")";
        }
    } else if (!value.empty()) {
        head += " " + value;
    }
    fmt::print(".TP\n");
    line(head);
    sentence(option.get_description());
    if (const std::string given = default_value(option); !given.empty()) {
        line("Default: " + bold(given) + ".");
    }
    if (option.get_required()) {
        line("Must be given.");
    }
    if (repeats(option)) {
        line("May be repeated.");
    }
}

void option_items(const CLI::App& app) {
    for (const CLI::Option* option : positionals_of(app)) {
        option_item(*option);
    }
    for (const CLI::Option* option : flags_of(app)) {
        option_item(*option);
    }
}

/// "commitbench trace write [OPTIONS] DIR"
std::string usage(const std::string& name, const CLI::App& command) {
    std::string text = bold(name);
    if (!flags_of(command).empty()) {
        text += " [" + italic("OPTIONS") + "]";
    }
    if (command.get_prefix_command()) {
        text += " " + italic("WORDS") + "...";
    }
    for (const CLI::Option* option : positionals_of(command)) {
        const std::string word = italic(option->get_name()) + (repeats(*option) ? "..." : "");
        text += option->get_required() ? " " + word : " [" + word + "]";
    }
    return text;
}

/// All subcommands that can be run, with their full names: for `trace` those inside it.
std::vector<std::pair<std::string, const CLI::App*>> commands_of(const CLI::App& app,
                                                                 const std::string& name) {
    const std::vector<const CLI::App*> inner = subcommands_of(app);
    if (inner.empty()) {
        return {{name, &app}};
    }
    std::vector<std::pair<std::string, const CLI::App*>> commands;
    for (const CLI::App* one : inner) {
        std::ranges::move(commands_of(*one, name + " " + one->get_name()),
                          std::back_inserter(commands));
    }
    return commands;
}

void command_section(const std::string& name, const CLI::App& command, const CLI::App& root) {
    fmt::print(".SS {}\n", usage(name, command));
    sentence(command.get_description());
    if (command.get_prefix_command()) {
        line("Its words are read by the analysis: " + bold(name + " --help") + " lists them.");
    }
    option_items(command);
    if (command.get_footer() != root.get_footer()) {  // which subcommands inherit
        fmt::print(".PP\n");
        preformatted(command.get_footer());
    }
}

void component_items(std::string_view kind) {
    for (const ComponentText& component : built_in_components(kind)) {
        fmt::print(".TP\n{}\n", bold(component.name));
        sentence(component.summary);
        if (component.options.empty()) {
            continue;
        }
        fmt::print(".RS\n");
        for (const OptionSpec& option : component.options) {
            const OptionText text = option_text(option);
            fmt::print(".TP\n");
            line(bold(std::string(option.key) + "=") + italic(text.type));
            sentence(option.help);
            line(fmt::format("Range: {}{}. Default: {}.", escaped(text.range),
                             text.unit == "-" ? "" : " " + escaped(text.unit),
                             bold(text.default_value)));
        }
        fmt::print(".RE\n");
    }
}

Result<int> print_manual(const CLI::App& app) {
    const std::string& name = app.get_name();
    const auto commands = commands_of(app, name);
    std::string about = app.get_description();
    if (about.starts_with(name + " ")) {
        about.erase(0, name.size() + 1);
    }
    if (about.ends_with('.')) {
        about.pop_back();
    }
    // Without a date: the page says the version, and the same program prints the same page.
    fmt::print(".TH COMMITBENCH 1 \"\" \"{}\" \"User Commands\"\n",
               escaped(name + " " + build_facts().version));
    fmt::print(".SH NAME\n{} \\- {}\n.SH SYNOPSIS\n.nf\n{}\n", escaped(name), escaped(about),
               bold(name));
    for (const auto& [command, definition] : commands) {
        line(usage(command, *definition));
    }
    fmt::print(".fi\n.SH OPTIONS\n");
    option_items(app);
    fmt::print(".SH COMMANDS\n");
    for (const auto& [command, definition] : commands) {
        command_section(command, *definition, app);
    }
    fmt::print(".SH COMPONENTS\n");
    line("A component and its options are one word, a " + italic("SPEC") + ": " +
         bold("name:key=value,key=value") + ". The file of a plug-in stands for its name, as in " +
         bold("./libfoo.so:key=value") + ".");
    for (const std::string_view kind : kComponentKinds) {
        fmt::print(".SS {}s\n", kind);
        component_items(kind);
    }
    fmt::print(".SH ENVIRONMENT\n");
    for (const Variable& variable : kVariables) {
        fmt::print(".TP\n{}\n", bold(variable.name));
        sentence(variable.meaning);
    }
    fmt::print(".SH EXIT STATUS\n");
    preformatted(app.get_footer());
    return 0;
}

}  // namespace

void add_man(CLI::App& app, Action& chosen) {
    CLI::App* command = app.add_subcommand("man", "Prints this program's manual page, for man(1)");
    command->footer("To read it: commitbench man | man -l -");
    command->callback([&chosen, &app] { chosen = [&app] { return print_manual(app); }; });
}

}  // namespace commitbench::cli
