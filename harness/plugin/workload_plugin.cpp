// SPDX-License-Identifier: Apache-2.0
#include "harness/plugin/workload_plugin.hpp"

#include "harness/plugin/access_bridge.hpp"
#include "harness/plugin/library.hpp"

#include <fmt/format.h>

namespace commitbench::plugin {
namespace {

class PluginBlock final : public Block {
  public:
    PluginBlock(const cb_workload_interface& table,
                void* block,
                std::uint64_t number,
                std::uint32_t size)
        : table_(table), block_(block), number_(number), size_(size) {}
    PluginBlock(const PluginBlock&) = delete;
    PluginBlock& operator=(const PluginBlock&) = delete;
    ~PluginBlock() override { table_.block_close(block_); }

    std::uint64_t number() const override { return number_; }
    std::uint32_t size() const override { return size_; }
    Receipt execute(std::uint32_t index, StateAccess& state) const override {
        const AccessForPlugin access(state);
        cb_receipt receipt{};
        receipt.status = CB_TX_STOPPED;
        table_.block_execute(block_, index, access.get(), &receipt);
        return receipt_of(receipt);
    }

  private:
    const cb_workload_interface& table_;
    void* block_;
    std::uint64_t number_;
    std::uint32_t size_;
};

class PluginWorkload final : public Workload {
  public:
    explicit PluginWorkload(const Offer<cb_workload_interface>& offer)
        : origin_(offer.origin), table_(offer.table) {}
    PluginWorkload(const PluginWorkload&) = delete;
    PluginWorkload& operator=(const PluginWorkload&) = delete;
    ~PluginWorkload() override {
        if (workload_ != nullptr) {
            table_.close(workload_);
        }
    }

    Status open(const Options& options, std::uint64_t seed) {
        const Settings settings(options);
        COMMITBENCH_TRY(invoke(table_.name, "open", [&](cb_error* error) {
            return table_.open(settings.data(), settings.size(), seed, &workload_, error);
        }));
        if (workload_ == nullptr) {
            return Error{ErrorCode::plug_in,
                         fmt::format("plug-in {}: open: says that it is open and gives no workload",
                                     table_.name)};
        }
        return {};
    }

    std::uint64_t state_size() const override { return table_.state_size(workload_); }

    StateKey key(std::uint64_t index) const override {
        cb_key key;
        table_.keys(workload_, index, 1, &key);
        return key_of(&key);
    }

    void value(std::uint64_t index, Bytes& value) const override {
        constexpr std::size_t kUsual = 128;  // longer ones are asked for again
        value.resize(std::max(value.capacity(), kUsual));
        const std::size_t size = table_.value(workload_, index, value.data(), value.size());
        if (size > value.size()) {
            value.resize(size);
            table_.value(workload_, index, value.data(), value.size());
        }
        value.resize(size);
    }

    std::uint64_t block_limit() const override { return table_.block_limit(workload_); }

    Result<std::unique_ptr<Block>> block(std::uint64_t number) const override {
        void* block = nullptr;
        std::uint32_t size = 0;
        COMMITBENCH_TRY(invoke(table_.name, "block_open", [&](cb_error* error) {
            return table_.block_open(workload_, number, &block, &size, error);
        }));
        return std::unique_ptr<Block>(std::make_unique<PluginBlock>(table_, block, number, size));
    }

    std::string content_digest() const override {
        const char* digest =
            table_.content_digest == nullptr ? nullptr : table_.content_digest(workload_);
        return digest == nullptr ? "" : digest;
    }

    void facts(FactVisitor& visitor) const override {
        visitor.fact("plugin", origin_, "");
        visit_facts(table_.facts, workload_, visitor);
    }

  private:
    const std::string& origin_;
    const cb_workload_interface& table_;
    void* workload_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<Workload>> create_workload(const void* knowledge,
                                                  const Options& options,
                                                  std::uint64_t seed) {
    auto workload = std::make_unique<PluginWorkload>(
        *static_cast<const Offer<cb_workload_interface>*>(knowledge));
    COMMITBENCH_TRY(workload->open(options, seed));
    return std::unique_ptr<Workload>(std::move(workload));
}

}  // namespace commitbench::plugin
