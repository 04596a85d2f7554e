// SPDX-License-Identifier: Apache-2.0
// Transactions across the border, in both directions: a StateAccess of ours as the cb_access of
// plugin.h, and theirs as ours.
#pragma once

#include "harness/core/block.hpp"
#include "harness/plugin/calls.hpp"

namespace commitbench::plugin {

static_assert(static_cast<int>(ReadState::absent) == CB_READ_ABSENT &&
              static_cast<int>(ReadState::present) == CB_READ_PRESENT &&
              static_cast<int>(ReadState::stop) == CB_READ_STOP);
static_assert(static_cast<int>(TxStatus::ok) == CB_TX_OK &&
              static_cast<int>(TxStatus::failed) == CB_TX_FAILED &&
              static_cast<int>(TxStatus::stopped) == CB_TX_STOPPED);

/// Ours, for a plug-in's transaction. Borrows `state`.
class AccessForPlugin {
  public:
    explicit AccessForPlugin(StateAccess& state);
    AccessForPlugin(const AccessForPlugin&) = delete;
    AccessForPlugin& operator=(const AccessForPlugin&) = delete;
    [[nodiscard]] const cb_access* get() const noexcept { return &access_; }

  private:
    cb_access access_;
};

/// A plug-in executor's, for a transaction of ours.
class AccessOfPlugin final : public StateAccess {
  public:
    explicit AccessOfPlugin(const cb_access& access) : access_(access) {}
    [[nodiscard]] StateRead read(const StateKey& key) override;
    void write(const StateKey& key, ByteView value) override;
    void erase(const StateKey& key) override;
    [[nodiscard]] ReadState add(const StateKey& key, std::uint64_t amount) override;
    [[nodiscard]] bool spend(std::uint64_t units) override;

  private:
    const cb_access& access_;
};

/// A status that plugin.h does not list counts as stopped, which no executor takes for a result.
[[nodiscard]] Receipt receipt_of(const cb_receipt& receipt) noexcept;

}  // namespace commitbench::plugin
