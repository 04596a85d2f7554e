// SPDX-License-Identifier: Apache-2.0
// A block's changes across the border as they lie: the record of plugin.h is the host's own.
#pragma once

#include "harness/core/state_diff.hpp"
#include "include/commitbench/plugin.h"

#include <array>
#include <cstddef>
#include <cstring>

namespace commitbench::plugin {

static_assert(sizeof(Change) == sizeof(cb_change) && sizeof(Change) == 72);
static_assert(offsetof(Change, key) == offsetof(cb_change, key));
static_assert(offsetof(Change, old_value) == offsetof(cb_change, old_value));
static_assert(offsetof(Change, new_value) == offsetof(cb_change, new_value));
static_assert(offsetof(Change, old_state) == offsetof(cb_change, old_state));
static_assert(offsetof(Change, deleted) == offsetof(cb_change, deleted));
static_assert(sizeof(ByteView) == sizeof(cb_bytes));
static_assert(static_cast<int>(OldState::unknown) == CB_OLD_UNKNOWN &&
              static_cast<int>(OldState::absent) == CB_OLD_ABSENT &&
              static_cast<int>(OldState::present) == CB_OLD_PRESENT);

[[nodiscard]] inline const cb_change* changes_of(std::span<const Change> changes) noexcept {
    return reinterpret_cast<const cb_change*>(changes.data());
}
[[nodiscard]] inline std::span<const Change> changes_of(const cb_change* changes,
                                                        std::size_t count) noexcept {
    return {reinterpret_cast<const Change*>(changes), count};
}

/// Whether the standard library's ByteView lies in memory as pointer, then size, which the language
/// does not say: where it does not, changes_of must not be used.
[[nodiscard]] inline bool views_lie_as_bytes() noexcept {
    static constexpr std::array<std::uint8_t, 3> kText{1, 2, 3};
    const ByteView view(kText);
    cb_bytes bytes{};
    std::memcpy(&bytes, &view, sizeof bytes);
    return bytes.data == kText.data() && bytes.size == kText.size();
}

}  // namespace commitbench::plugin
