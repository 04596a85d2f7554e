// SPDX-License-Identifier: Apache-2.0
// `commitbench root`: applies a script to a backend and prints the root after every batch, so that
// anyone can check a tree against another implementation.
#include "codec/hex.hpp"
#include "harness/cli/command.hpp"
#include "harness/cli/component_choice.hpp"
#include "harness/cli/interrupt.hpp"
#include "harness/cli/root_script.hpp"
#include "harness/cli/run_arguments.hpp"
#include "harness/run/data_folder.hpp"
#include "harness/runtime/worker_pool.hpp"

#include <cstdio>
#include <fmt/format.h>

namespace commitbench::cli {
namespace {

struct RootArguments {
    std::string backend = "mpt";
    std::string script;
    bool reopen = false;
    std::vector<std::string> prove;
    std::string directory;
    std::string memory = "1GiB";
    std::string durability = "none";
    std::string workers = "1";
};

/// What a fresh database is loaded with: nothing.
class EmptyState : public SortedState {
  public:
    Result<bool> next(StateKey& /*key*/, ByteView& /*value*/) override { return false; }
    [[nodiscard]] std::uint64_t size() const override { return 0; }
};

Error interrupted(const Backend& backend) {
    return {ErrorCode::interrupted, fmt::format("interrupted: the last batch that was finished is "
                                                "block {}; what came after it is not kept",
                                                backend.persisted().block)};
}

/// Applies the batches, printing a root each. Memory: one batch at a time.
Status apply(RootScript& script, Backend& backend, const RootArguments& arguments) {
    std::vector<KeyChange> batch;
    std::string first_of_batch;
    KeyChange change;
    while (true) {
        const auto step = script.next(change);
        if (interrupt_flag()) {
            return interrupted(backend);
        }
        if (!step) {
            return step.error();
        }
        if (*step == RootScript::Step::change) {
            if (batch.empty()) {
                first_of_batch = script.where();
            }
            batch.push_back(std::move(change));
            continue;
        }
        if (*step == RootScript::Step::end) {
            if (!batch.empty()) {
                return bad_input(
                    fmt::format("{}: this change and {} after it are never committed; end the "
                                "script with a line 'commit'",
                                first_of_batch, batch.size() - 1));
            }
            return {};
        }
        COMMITBENCH_TRY(backend.stage_keys(batch));
        const auto root = backend.merkleize();
        if (!root) {
            return root.error();
        }
        COMMITBENCH_TRY(backend.persist(backend.persisted().block + 1));
        batch.clear();
        if (arguments.reopen) {
            COMMITBENCH_TRY(backend.reopen());
            if (backend.persisted().root != *root) {
                return Error{
                    ErrorCode::mismatch,
                    fmt::format("{}: the root was {} and is {} after reopening", script.where(),
                                to_hex(root->view()), to_hex(backend.persisted().root.view()))};
            }
        }
        fmt::print("{}\n", to_hex(root->view()));
        std::fflush(stdout);  // who drives us through a pipe waits for this line
    }
}

Status prove(Backend& backend, const std::string& key_text, ByteView key) {
    const auto proof = backend.prove(key);
    if (!proof) {
        return proof.error();
    }
    const Root root = backend.persisted().root;
    const auto verdict = backend.verify(root, key, *proof);
    if (!verdict) {
        return verdict.error();
    }
    fmt::print("proof of {} against {}: {} {}\n", key_text, to_hex(root.view()),
               proof->items.size(), proof->items.size() == 1 ? "item" : "items");
    for (const Bytes& item : proof->items) {
        fmt::print("  {}\n", to_hex(item));
    }
    if (!verdict->valid) {
        fmt::print("does not verify\n");
        return Error{ErrorCode::mismatch,
                     fmt::format("the proof of {} does not verify against the root", key_text)};
    }
    if (verdict->value) {
        fmt::print("verifies: present, value 0x{}\n", to_hex(*verdict->value));
    } else {
        fmt::print("verifies: absent\n");
    }
    return {};
}

Result<int> root(const RootArguments& arguments) {
    auto choice = choose_backend(arguments.backend);
    if (!choice) {
        return choice.error();
    }
    const auto durability = parse_durability(arguments.durability);
    if (!durability) {
        return durability.error();
    }
    const auto memory = parse_memory(arguments.memory);
    if (!memory) {
        return memory.error();
    }
    const auto workers = parse_workers(arguments.workers);
    if (!workers) {
        return workers.error();
    }
    auto script = RootScript::open(arguments.script);
    if (!script) {
        return script.error();
    }
    auto folder = arguments.directory.empty() ? DataFolder::temporary()
                                              : DataFolder::keep(arguments.directory);
    if (!folder) {
        return folder.error();
    }
    WorkerPool pool(*workers);
    auto made =
        choice->component->create(choice->options, CellResources{.directory = folder->path(),
                                                                 .memory_budget = *memory,
                                                                 .durability = *durability,
                                                                 .workers = &pool});
    if (!made) {
        return made.error();
    }
    Backend& backend = **made;
    if (backend.commitment_scheme() == "none") {
        return bad_input(
            fmt::format("backend '{}' commits to nothing, so there is no root to print; choose one "
                        "with a tree, such as mpt",
                        choice->component->name));
    }
    std::vector<Bytes> keys;
    for (const std::string& text : arguments.prove) {
        auto key = from_hex(text);
        const auto length = backend.key_length();
        if (!key || (length && key->size() != *length)) {
            return bad_input(
                fmt::format("--prove {}: is no key; write {} in hexadecimal, with or without 0x",
                            text, length ? fmt::format("{} bytes", *length) : "bytes"));
        }
        keys.push_back(std::move(*key));
    }
    if (backend.empty()) {
        EmptyState nothing;
        COMMITBENCH_TRY(backend.load(nothing));
    }
    script->demand_key_length(backend.key_length());
    COMMITBENCH_TRY(apply(*script, backend, arguments));
    for (std::size_t i = 0; i < keys.size(); ++i) {
        COMMITBENCH_TRY(prove(backend, arguments.prove[i], keys[i]));
    }
    return 0;
}

}  // namespace

void add_root(CLI::App& app, Action& chosen) {
    auto arguments = std::make_shared<RootArguments>();
    CLI::App* command = app.add_subcommand(
        "root", "Applies a script of changes and prints the root after every batch");
    command->footer(
        "Lines of a script:\n"
        "  put KEYHEX VALUEHEX    an empty value is 0x\n"
        "  delete KEYHEX\n"
        "  commit                 ends a batch: its root is printed as one line of hex\n"
        "  # a comment; blank lines are skipped");
    command->add_option("--backend", arguments->backend, "What makes the root")
        ->type_name("SPEC")
        ->capture_default_str();
    command->add_option("FILE", arguments->script, "The script; - is standard input")->required();
    command->add_flag("--reopen", arguments->reopen,
                      "Close and open the backend after every batch, and compare the root");
    command
        ->add_option(
            "--prove", arguments->prove,
            "After the last batch: print this key's proof and what it shows (may be repeated)")
        ->type_name("KEYHEX")
        ->allow_extra_args(false);
    command
        ->add_option("--dir", arguments->directory,
                     "Folder for the database, kept; the script goes on from what it holds "
                     "(default: a temporary one)")
        ->type_name("DIR");
    command->add_option("--memory", arguments->memory, "Budget for all caches and resident state")
        ->type_name("SIZE")
        ->capture_default_str();
    command
        ->add_option("--durability", arguments->durability,
                     "none: no sync; block: every batch survives power loss")
        ->type_name("none|block")
        ->capture_default_str();
    command
        ->add_option("--workers", arguments->workers,
                     "Threads for the parts that run in parallel, this one included")
        ->type_name("N")
        ->capture_default_str();
    command->callback([&chosen, arguments] { chosen = [arguments] { return root(*arguments); }; });
}

}  // namespace commitbench::cli
