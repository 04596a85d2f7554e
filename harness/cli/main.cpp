// SPDX-License-Identifier: Apache-2.0
// commitbench: the program. Understands the command line, runs one subcommand, turns its Error into
// one line.
#include "harness/cli/argument_error.hpp"
#include "harness/cli/command.hpp"
#include "harness/cli/config_file.hpp"
#include "harness/cli/interrupt.hpp"
#include "harness/cli/terminal.hpp"

#include <algorithm>
#include <exception>
#include <fmt/format.h>

namespace commitbench::cli {
namespace {

constexpr int kBadInputExit = 2;
constexpr int kVoidRunExit = 1;

constexpr std::string_view kFooter =
    "Exit codes: 0 done, 1 a check failed (the run is void, a proof does not verify, a plug-in\n"
    "does not do what plugin.h demands),\n"
    "2 bad input or the system refused, 130 interrupted.\n"
    "commitbench without arguments runs a small cell and shows what it prints.";

int exit_code(ErrorCode code) {
    switch (code) {
        case ErrorCode::interrupted:
            return kInterruptedExit;
        case ErrorCode::mismatch:
            return kVoidRunExit;
        default:
            return kBadInputExit;
    }
}

/// One line, whatever the message holds: a library's text may have more.
int report(const Error& error) {
    std::string line = error.message;
    std::ranges::replace(line, '\n', ' ');
    std::fflush(stdout);
    fmt::print(stderr, "{} {}\n", tinted("commitbench:", Tint::red, stderr), line);
    return exit_code(error.code);
}

int run_program(int argument_count, char** arguments) {
    CLI::App app(
        "commitbench measures what limits a blockchain node: executing transactions or committing "
        "state.",
        "commitbench");
    app.footer(std::string(kFooter));
    app.set_version_flag("--version", version_text,
                         "Version, git revision, compiler and libraries");
    app.set_config("--config", "", "TOML file with a section a subcommand; flags win over it")
        ->type_name("FILE")
        ->configurable(false);
    app.config_formatter(std::make_shared<ConfigFile>(app));
    app.fallthrough();
    app.require_subcommand(0, 1);

    Action chosen;
    add_run(app, chosen);
    add_sweep(app, chosen);
    add_merge(app, chosen);
    add_load(app, chosen);
    add_root(app, chosen);
    add_list(app, chosen);
    add_describe(app, chosen);
    add_doctor(app, chosen);
    add_trace(app, chosen);
    add_check_plugin(app, chosen);
    add_analysis_command(app, chosen, "compare", "One result set against another, cell by cell");
    add_analysis_command(app, chosen, "aa", "The noise floor that the A/A cells of a sweep show");
    add_analysis_command(app, chosen, "plot", "The figures of result folders, as PNG and SVG");
    add_analysis_command(app, chosen, "report", "One HTML file from result folders");
    add_analysis_command(app, chosen, "claim",
                         "Measures the claims K1 to K6: does each hold here?");
    add_man(app, chosen);
    add_completion(app, chosen);
    try {
        app.parse(argument_count, arguments);
    } catch (const CLI::Success& request) {  // --help, --version
        return app.exit(request);
    } catch (const CLI::ParseError& error) {
        return report(bad_input(explain(app, error)));
    }
    if (!chosen) {
        if (argument_count > 1) {
            return report(
                bad_input("no subcommand is given: say which, as in 'commitbench run'; "
                          "'commitbench --help' lists them"));
        }
        chosen = first_look;
    }
    const Result<int> result = chosen();
    if (!result) {
        return report(result.error());
    }
    if (std::fflush(stdout) != 0) {
        return report(Error{ErrorCode::io,
                            "standard output: cannot be written; check that its disk is not full"});
    }
    return *result;
}

}  // namespace
}  // namespace commitbench::cli

int main(int argument_count, char** arguments) {
    using namespace commitbench;
    cli::install_interrupt_handler();
    try {
        return cli::run_program(argument_count, arguments);
    } catch (const std::bad_alloc&) {
        return cli::report(
            Error{ErrorCode::does_not_fit,
                  "memory: the system gives no more; make the state or --memory smaller"});
    } catch (const std::exception& error) {
        return cli::report(Error{ErrorCode::io, error.what()});
    }
}
