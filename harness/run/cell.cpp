// SPDX-License-Identifier: Apache-2.0
#include "harness/run/cell.hpp"

#include "codec/hex.hpp"
#include "harness/core/parallelism.hpp"
#include "harness/run/block_check.hpp"
#include "harness/run/component_report.hpp"
#include "harness/run/data_folder.hpp"
#include "harness/run/first_state_load.hpp"
#include "harness/run/folder_size.hpp"
#include "harness/run/mismatch.hpp"
#include "harness/run/repeated_work.hpp"
#include "harness/run/restored_state.hpp"
#include "harness/run/result_line.hpp"
#include "harness/run/utc_time.hpp"
#include "harness/runtime/worker_pool.hpp"

#include <limits>

namespace commitbench {
namespace {

/// What an executor reads from while the backend is closed: so that no reader outlives what it
/// reads.
class DetachedState final : public StateSource {
    class Reader final : public StateReader {
        Result<std::optional<ByteView>> get(const StateKey& /*key*/) override {
            return Error{ErrorCode::unsupported, "the state is closed"};
        }
    };
    Result<std::unique_ptr<StateReader>> open_reader() override {
        return std::unique_ptr<StateReader>(std::make_unique<Reader>());
    }
};

/// Mean cost of one call, over enough calls for the clock's own step not to matter.
double cost_of(std::uint64_t (*clock)() noexcept) {
    constexpr int kCalls = 2000;
    const std::uint64_t start = steady_now_ns();
    std::uint64_t sum = 0;
    for (int i = 0; i < kCalls; ++i) {
        sum += clock();
    }
    asm volatile("" : "+r"(sum));  // the calls are not to be optimised away
    return static_cast<double>(steady_now_ns() - start) / kCalls;
}

Placement placement_of(const RunRequest& request) {
    if (!request.pin) {
        return {.seats = {}, .why_not = "asked for by --pin off"};
    }
    // The topology takes a few milliseconds to read.
    return place_workers(request.workers, request.workers == 1 ? std::vector<ProcessingUnit>()
                                                               : usable_processing_units());
}

/// The steps of one run, in order. Members end in the reverse order of their making: the backend
/// before its folder, the executor (whose readers use the backend) before the backend.
class CellRun {
  public:
    CellRun(const RunRequest& request, ReferenceProcess& reference)
        : request_(request),
          reference_(reference),
          progress_(request.progress == nullptr ? silent_progress() : *request.progress),
          workers_(request.workers, placement_of(request)) {}

    Result<RunRecord> run() {
        COMMITBENCH_TRY(make_components());
        COMMITBENCH_TRY(choose_blocks());
        COMMITBENCH_TRY(prepare_ledger());
        check_.emplace(ledger_, checked_scheme_, reference_, *backend_);
        COMMITBENCH_TRY(load());
        if (!is_void()) {
            COMMITBENCH_TRY(run_blocks());
        }
        finish_record();
        if (request_.append_result) {
            COMMITBENCH_TRY(append_result(request_.results, result_line(record_)));
        }
        return std::move(record_);
    }

  private:
    Status make_components() {
        record_.started_utc = utc_now();
        auto workload =
            request_.workload.component->create(request_.workload.options, request_.seed);
        if (!workload) {
            return workload.error();
        }
        workload_ = std::move(*workload);
        auto folder = DataFolder::prepare(request_);
        if (!folder) {
            return folder.error();
        }
        folder_.emplace(std::move(*folder));
        restored_.emplace(request_, *workload_);
        COMMITBENCH_TRY(restored_->restore(folder_->path(), record_.load));
        auto backend = request_.backend.component->create(request_.backend.options,
                                                          {.directory = folder_->path(),
                                                           .memory_budget = request_.memory_budget,
                                                           .durability = request_.durability,
                                                           .workers = &workers_});
        if (!backend) {
            return backend.error();
        }
        backend_ = std::move(*backend);
        COMMITBENCH_TRY(restored_->check_opened(*backend_, folder_->path()));
        auto twins = BackendTwins::open(
            request_, workers_,
            [this](const std::filesystem::path& path) { return restored_->restore_twin(path); });
        if (!twins) {
            return twins.error();
        }
        twins_.emplace(std::move(*twins));
        auto executor = request_.executor.component->create(
            request_.executor.options, {.workers = &workers_, .seed = request_.seed});
        if (!executor) {
            return executor.error();
        }
        executor_ = std::move(*executor);
        return {};
    }

    Status choose_blocks() {
        const std::uint64_t limit = workload_->block_limit();
        const bool endless = limit == std::numeric_limits<std::uint64_t>::max();
        const std::uint64_t warmup =
            request_.warmup_blocks.value_or(request_.blocks ? *request_.blocks / 4
                                            : endless       ? kDefaultBlocks / 4
                                                            : limit / 4);
        const std::uint64_t blocks =
            request_.blocks.value_or(endless ? kDefaultBlocks : limit - std::min(limit, warmup));
        if (blocks == 0) {
            return bad_input("no block would be measured: ask for at least one, after the warm-up");
        }
        if (warmup > limit || blocks > limit - warmup) {
            return bad_input(fmt::format(
                "{} warm-up and {} measured blocks are more than the {} that {} has: ask for fewer",
                warmup, blocks, limit, request_.workload.component->name));
        }
        record_.warmup_blocks = warmup;
        last_block_ = warmup + blocks;
        return {};
    }

    Status prepare_ledger() {
        record_.scheme = backend_->commitment_scheme();
        // Asked here only for whether there is one; the tree itself is built in the reference
        // process.
        const bool has_tree =
            record_.scheme != "none" && request_.make_tree(record_.scheme) != nullptr;
        checked_scheme_ = has_tree ? record_.scheme : "";
        const LedgerIdentity identity{request_.workload.canonical(), request_.seed,
                                      workload_->content_digest(),
                                      std::string(reference_of(request_.executor))};
        const std::filesystem::path folder =
            request_.ledgers.empty() ? request_.results / "ledgers" : request_.ledgers;
        const std::filesystem::path file = folder / identity.file_name();
        record_.ledger.file = file.native();
        record_.ledger.scheme = record_.scheme;
        record_.ledger.roots_checked = has_tree;
        auto known = read_ledger(file, identity);
        if (!known) {
            return known.error();
        }
        const bool covered = *known && (*known)->covers(last_block_, checked_scheme_);
        const bool results = executor_->needs_recording();
        const bool access_sets = needs_access_sets();
        if (!covered || results || access_sets) {
            if (const Status made =
                    reference_.carry_out({.blocks = last_block_,
                                          .scheme = covered ? std::string() : checked_scheme_,
                                          .ledger = file,
                                          .record_results = results,
                                          .record_access_sets = access_sets});
                !made) {
                return explain(made.error());
            }
            known = read_ledger(file, identity);
            if (!known) {
                return known.error();
            }
        }
        if (!*known || !(*known)->covers(last_block_, checked_scheme_)) {
            return Error{
                ErrorCode::corrupt,
                fmt::format("the ledger {} was changed by someone else: run again", file.native())};
        }
        ledger_ = std::move(**known);
        return {};
    }

    Status load() {
        if (request_.state.empty()) {
            if (const Status loaded =
                    load_first_state(*backend_, *workload_, request_.memory_budget, progress_,
                                     request_.interrupt, record_.load);
                !loaded) {
                return explain(loaded.error());
            }
        }
        if (auto reason = check_->check_first_state()) {
            make_void(std::move(*reason));
            return {};
        }
        // A restored state without a root has nothing else to be known by.
        if (!request_.state.empty() && checked_scheme_.empty()) {
            COMMITBENCH_TRY(apply(first_wrong_entry(*backend_, *workload_)));
        }
        if (is_void()) {
            return {};
        }
        if (const Status loaded = load_twins(*twins_, request_, *workload_, progress_); !loaded) {
            return explain(loaded.error());
        }
        check_twins();
        return {};
    }

    void check_twins() {
        if (std::string difference = twins_->first_difference(backend_->persisted());
            !difference.empty()) {
            make_void(std::move(difference));
        }
    }

    Status run_blocks() {
        COMMITBENCH_TRY(executor_->prepare(*backend_));
        reset_peak_rss();
        progress_.begin("running", "blocks", last_block_);
        std::uint64_t measured_start_ns = 0;
        CounterMap counters_before;
        for (std::uint64_t number = 1; number <= last_block_ && !is_void(); ++number) {
            if (is_set(request_.interrupt)) {
                return interrupted(number - 1);
            }
            if (number == record_.warmup_blocks + 1) {
                record_.process_before = sample_process_counters();
                counters_before = collect_counters(*executor_, *backend_);
                measured_start_ns = steady_now_ns();
            }
            COMMITBENCH_TRY(run_block(number));
            progress_.update(number);
        }
        progress_.end(check_->blocks_checked());
        if (auto reason = restored_->first_shared_change()) {
            make_void(std::move(*reason));
        }
        if (!record_.blocks.empty()) {
            record_.untimed_ns = steady_now_ns() - measured_start_ns - record_.totals().total_ns;
            record_.process_after = sample_process_counters();
            record_.run_peak_rss_bytes = record_.process_after.peak_rss_bytes;
            record_.counters_at_end = collect_counters(*executor_, *backend_);
            sum_counters(counters_before);
        }
        return {};
    }

    [[nodiscard]] bool needs_access_sets() const {
        return request_.record_access_sets || executor_->needs_access_sets();
    }

    Result<std::unique_ptr<Block>> make_block(std::uint64_t number) {
        auto block = workload_->block(number);
        const bool results = executor_->needs_recording();
        const bool access_sets = needs_access_sets();
        if (!block || !(results || access_sets)) {
            return block;
        }
        auto recorded = std::make_unique<RecordedBlock>(std::move(*block));
        if (results) {
            COMMITBENCH_TRY(recorded->take_result(reference_.recording()));
        }
        if (access_sets) {
            COMMITBENCH_TRY(recorded->take_access_sets(reference_.recording()));
        }
        return std::unique_ptr<Block>(std::move(recorded));
    }

    Status run_block(std::uint64_t number) {
        auto made = make_block(number);
        if (!made) {
            return made.error();
        }
        const std::unique_ptr<Block> block = std::move(*made);
        COMMITBENCH_TRY(executor_->receive(*block));
        const CounterMap counters_before = collect_counters(*executor_, *backend_);
        BlockSpans repeated;
        COMMITBENCH_TRY(apply(
            execute_again(*executor_, *block, number, request_.execute_times, *check_, repeated)));
        if (is_void()) {
            return {};
        }

        // --- timed ---
        BlockTimer timer;
        Result<const BlockResult*> executed = [&] {
            const Span span = timer.span(Phase::execute);
            return executor_->execute(*block);
        }();
        if (!executed) {
            return executed.error();
        }
        const BlockResult& result = **executed;
        {
            const Span span = timer.span(Phase::stage);
            COMMITBENCH_TRY(backend_->stage(result.diff));
            COMMITBENCH_TRY(twins_->stage(result.diff));
        }
        Result<Root> root = [&] {
            const Span span = timer.span(Phase::merkleize);
            return backend_->merkleize();
        }();
        if (!root) {
            return root.error();
        }
        if (!twins_->empty()) {
            const Span span = timer.span(Phase::merkleize);
            COMMITBENCH_TRY(twins_->merkleize());
        }
        {
            const Span span = timer.span(Phase::persist);
            COMMITBENCH_TRY(backend_->persist(number));
            COMMITBENCH_TRY(twins_->persist(number));
        }
        BlockSpans spans = timer.finish();
        // --- end of timed ---
        spans += repeated;

        const bool measured = number > record_.warmup_blocks;
        if (measured) {
            BlockRecord& record = record_.blocks.emplace_back();
            record.number = number;
            record.transactions = block->size();
            for (const Receipt& receipt : result.receipts) {
                record.failed += receipt.status == TxStatus::failed ? 1U : 0U;
            }
            record.changes = result.diff.size();
            record.spans = spans;
            record.counters = difference(counters_before, collect_counters(*executor_, *backend_));
            record.counters["logical_bytes"] =
                static_cast<std::int64_t>(result.diff.logical_bytes());
            record.parallelism = parallelism_of_block(*block);
            record.root = record_.scheme == "none" ? "" : to_hex(root->view());
        }
        COMMITBENCH_TRY(apply(check_->check_block(number, result, *root)));
        if (!is_void()) {
            check_twins();
        }
        if (number == last_block_ && !is_void()) {
            COMMITBENCH_TRY(apply(check_->check_last(result)));
        }
        return request_.reopen_between_blocks && number < last_block_ ? reopen() : Status();
    }

    static std::optional<ParallelismRecord> parallelism_of_block(const Block& block) {
        if (block.access_sets() == nullptr) {
            return std::nullopt;
        }
        const Parallelism found = parallelism_of(*block.access_sets());
        return ParallelismRecord{found.transactions, found.edges, found.longest_chain};
    }

    Status reopen() {
        DetachedState nothing;
        COMMITBENCH_TRY(executor_->prepare(nothing));
        COMMITBENCH_TRY(backend_->reopen());
        COMMITBENCH_TRY(twins_->reopen());
        return executor_->prepare(*backend_);
    }

    void sum_counters(const CounterMap& before) {
        if (!request_.reopen_between_blocks) {
            record_.counters = difference(before, record_.counters_at_end);
        }
        // A store that was opened anew counts from 0, so that only the blocks' own differences mean
        // something.
        for (const BlockRecord& block : record_.blocks) {
            for (const auto& [name, value] : block.counters) {
                if (request_.reopen_between_blocks || name == "logical_bytes") {
                    record_.counters[name] += value;
                }
            }
        }
    }

    void finish_record() {
        record_.executor = describe_choice(request_.executor);
        record_.executor.facts = collect_facts(*executor_);
        record_.backend = describe_choice(request_.backend);
        record_.backend.facts = collect_facts(*backend_);
        record_.workload = describe_choice(request_.workload);
        record_.workload.facts = collect_facts(*workload_);
        record_.reference = describe_choice(request_.reference);
        record_.seed = request_.seed;
        record_.memory_budget = request_.memory_budget;
        record_.workers = request_.workers;
        record_.execute_times = request_.execute_times;
        record_.commit_times = request_.commit_times;
        record_.pin = request_.pin;
        record_.placement = workers_.placement();
        record_.durability = request_.durability == Durability::block ? "block" : "none";
        record_.cache_state = request_.reopen_between_blocks ? "cold" : "warm";
        record_.directory = folder_->path().native();
        record_.temporary_directory = folder_->is_temporary();
        record_.database_bytes = bytes_on_disk(folder_->path());
        record_.results = request_.results.native();
        record_.command = request_.command;
        record_.clock_read_ns = cost_of(&steady_now_ns);
        record_.cpu_clock_read_ns = cost_of(&process_cpu_now_ns);
        record_.ledger.blocks_checked = check_->blocks_checked();
        record_.machine = machine_facts();
        record_.storage = storage_facts(folder_->path());
    }

    Status apply(Result<BlockCheck::Reason> reason) {
        if (!reason) {
            return reason.error();
        }
        if (*reason) {
            make_void(std::move(**reason));
        }
        return {};
    }

    void make_void(std::string reason) {
        record_.ledger.verdict = LedgerVerdict::void_run;
        record_.ledger.reason = std::move(reason);
    }
    [[nodiscard]] bool is_void() const { return record_.ledger.verdict != LedgerVerdict::valid; }

    /// Of a step before the first block: an interrupt also says what is kept.
    [[nodiscard]] Error explain(const Error& error) const {
        if (error.code != ErrorCode::interrupted) {
            return error;
        }
        return {ErrorCode::interrupted,
                fmt::format("{}: no result line is written; finished ledgers and earlier lines in "
                            "{} are kept, a half-loaded state is not",
                            error.message, (request_.results / kResultFile).native())};
    }

    [[nodiscard]] Error interrupted(std::uint64_t done) const {
        return {
            ErrorCode::interrupted,
            fmt::format("interrupted after {} of {} blocks: no result line is written; the "
                        "ledger and earlier lines in {} are kept, {}",
                        done, last_block_, (request_.results / kResultFile).native(),
                        folder_->is_temporary() ? "the temporary state is removed"
                                                : fmt::format("and the state after block {} in {}",
                                                              done, folder_->path().native()))};
    }

    const RunRequest& request_;
    ReferenceProcess& reference_;
    ProgressSink& progress_;
    RunRecord record_;
    Ledger ledger_;
    std::string checked_scheme_;  // empty where no roots are checked
    std::uint64_t last_block_ = 0;
    std::unique_ptr<Workload> workload_;
    std::optional<DataFolder> folder_;
    std::optional<RestoredState> restored_;
    WorkerPool workers_;
    std::unique_ptr<Backend> backend_;
    std::optional<BackendTwins> twins_;
    std::unique_ptr<Executor> executor_;
    std::optional<BlockCheck> check_;
};

}  // namespace

Result<RunRecord> run_cell(const RunRequest& request) {
    auto reference = ReferenceProcess::start(request);
    if (!reference) {
        return reference.error();
    }
    if (request.append_result) {
        COMMITBENCH_TRY(prepare_results(request.results));
    }
    return CellRun(request, **reference).run();
}

}  // namespace commitbench
