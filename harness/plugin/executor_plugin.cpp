// SPDX-License-Identifier: Apache-2.0
#include "harness/plugin/executor_plugin.hpp"

#include "harness/plugin/access_bridge.hpp"
#include "harness/plugin/change_bridge.hpp"
#include "harness/plugin/library.hpp"

#include <fmt/format.h>

namespace commitbench::plugin {
namespace {

// Access sets are passed as they lie: key number and, in the highest bit, whether it writes.
static_assert(sizeof(Access) == sizeof(cb_touch));

bool accesses_lie_as_touches() {
    const Access access{.key = 5, .write = 1};
    cb_touch touch = 0;
    std::memcpy(&touch, &access, sizeof touch);
    return touch == (0x80000000u | 5u);
}

void execute_transaction(void* context,
                         std::uint32_t index,
                         const cb_access* access,
                         cb_receipt* receipt) {
    AccessOfPlugin state(*access);
    const Receipt made = static_cast<const Block*>(context)->execute(index, state);
    receipt->status = static_cast<std::uint8_t>(made.status);
    receipt->digest = made.digest;
}

cb_code open_reader(void* context, void** reader, cb_error* error) {
    auto opened = static_cast<StateSource*>(context)->open_reader();
    if (!opened) {
        fmt::format_to_n(error->message, sizeof error->message - 1, "{}", opened.error().message)
            .out[0] = '\0';
        return CB_IO;
    }
    *reader = opened->release();
    return CB_OK;
}

cb_code read_state(void* reader,
                   const cb_key* key,
                   cb_bytes* value,
                   std::int32_t* present,
                   cb_error* error) {
    const auto found = static_cast<StateReader*>(reader)->get(key_of(key));
    if (!found) {
        fmt::format_to_n(error->message, sizeof error->message - 1, "{}", found.error().message)
            .out[0] = '\0';
        return CB_IO;
    }
    *present = found->has_value() ? 1 : 0;
    if (found->has_value()) {
        *value = bytes_of(**found);
    }
    return CB_OK;
}

void close_reader(void* reader) {
    delete static_cast<StateReader*>(reader);
}

class PluginExecutor final : public Executor {
  public:
    PluginExecutor(const Offer<cb_executor_interface>& offer, const ExecutorResources& resources)
        : origin_(offer.origin),
          table_(offer.table),
          host_(resources.workers),
          seed_(resources.seed) {}
    PluginExecutor(const PluginExecutor&) = delete;
    PluginExecutor& operator=(const PluginExecutor&) = delete;
    ~PluginExecutor() override {
        if (executor_ != nullptr) {
            table_.close(executor_);
        }
    }

    Status open(const Options& options) {
        const Settings settings(options);
        COMMITBENCH_TRY(invoke(table_.name, "open", [&](cb_error* error) {
            return table_.open(settings.data(), settings.size(), host_.get(), seed_, &executor_,
                               error);
        }));
        if (executor_ == nullptr) {
            return Error{ErrorCode::plug_in,
                         fmt::format("plug-in {}: open: says that it is open and gives no executor",
                                     table_.name)};
        }
        return {};
    }

    Status prepare(StateSource& state) override {
        state_ = {.struct_size = sizeof(cb_state),
                  .context = &state,
                  .reader_open = &open_reader,
                  .reader_get = &read_state,
                  .reader_close = &close_reader};
        return invoke(table_.name, "prepare",
                      [&](cb_error* error) { return table_.prepare(executor_, &state_, error); });
    }

    Result<const BlockResult*> execute(const Block& block) override {
        cb_block given{.struct_size = sizeof(cb_block),
                       .size = block.size(),
                       .number = block.number(),
                       .context = const_cast<Block*>(&block),  // NOLINT: Block::execute is const
                       .execute = &execute_transaction,
                       .keys = nullptr,
                       .begins = nullptr,
                       .touches = nullptr,
                       .key_count = 0};
        if (const AccessSets* sets = needs_access_sets() ? block.access_sets() : nullptr;
            sets != nullptr) {
            given.keys = reinterpret_cast<const cb_key*>(sets->keys().data());
            given.key_count = sets->keys().size();
            given.begins = sets->begins().data();
            given.touches = reinterpret_cast<const cb_touch*>(sets->accesses().data());
        }
        cb_block_result made{};
        made.struct_size = sizeof made;
        COMMITBENCH_TRY(invoke(table_.name, "execute", [&](cb_error* error) {
            return table_.execute(executor_, &given, &made, error);
        }));
        return take(block, made);
    }

    bool needs_access_sets() const override { return (table_.flags & CB_NEEDS_ACCESS_SETS) != 0; }
    void counters(CounterVisitor& visitor) const override {
        visit_counters(table_.counters, executor_, visitor);
    }
    void facts(FactVisitor& visitor) const override {
        visitor.fact("plugin", origin_, "");
        visit_facts(table_.facts, executor_, visitor);
    }

  private:
    /// Values stay where the plug-in keeps them; 72 bytes a change are copied.
    Result<const BlockResult*> take(const Block& block, const cb_block_result& made) {
        if (made.receipt_count != block.size()) {
            return Error{
                ErrorCode::mismatch,
                fmt::format(
                    "plug-in {}: execute: gives {} receipts for the {} transactions of block {}",
                    table_.name, made.receipt_count, block.size(), block.number())};
        }
        result_.clear();
        const auto changes = changes_of(made.changes, made.change_count);
        for (std::size_t i = 0; i < changes.size(); ++i) {
            if (i > 0 && !(changes[i - 1].key < changes[i].key)) {
                return Error{
                    ErrorCode::mismatch,
                    fmt::format(
                        "plug-in {}: execute: the keys of its changes of block {} do not ascend",
                        table_.name, block.number())};
            }
            result_.diff.add_placed(changes[i]);
        }
        for (std::size_t i = 0; i < made.receipt_count; ++i) {
            result_.receipts.push_back(receipt_of(made.receipts[i]));
        }
        result_.reads = made.reads;
        result_.state_reads = made.state_reads;
        result_.writes = made.writes;
        return &result_;
    }

    const std::string& origin_;
    const cb_executor_interface& table_;
    Host host_;
    std::uint64_t seed_;
    void* executor_ = nullptr;
    cb_state state_{};
    BlockResult result_;
};

}  // namespace

Result<std::unique_ptr<Executor>> create_executor(const void* knowledge,
                                                  const Options& options,
                                                  const ExecutorResources& resources) {
    if (!accesses_lie_as_touches()) {
        return Error{ErrorCode::unsupported,
                     "this commitbench was built with a compiler that lays bit fields out "
                     "otherwise: plug-in executors cannot be used"};
    }
    auto executor = std::make_unique<PluginExecutor>(
        *static_cast<const Offer<cb_executor_interface>*>(knowledge), resources);
    COMMITBENCH_TRY(executor->open(options));
    return std::unique_ptr<Executor>(std::move(executor));
}

}  // namespace commitbench::plugin
