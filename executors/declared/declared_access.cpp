// SPDX-License-Identifier: Apache-2.0
#include "executors/declared/declared_access.hpp"

#include "executors/declared/undeclared.hpp"

#include <algorithm>

namespace commitbench {

Receipt DeclaredAccess::execute(const Block& block, std::uint32_t index) {
    index_ = index;
    broke_out_ = false;
    writes_.clear();
    const Receipt receipt = block.execute(index, *this);
    if (broke_out_) {
        return kUndeclaredReceipt;
    }
    for (const auto& [key, value] : writes_) {
        if (value) {
            inner_.write(key, *value);
        } else {
            inner_.erase(key);
        }
    }
    return receipt;
}

bool DeclaredAccess::permits(const StateKey& key, bool write) {
    const std::span<const Access> row = declared_.of(index_);
    const auto found = std::ranges::lower_bound(
        row, key, {},
        [this](const Access& access) -> const StateKey& { return declared_.keys()[access.key]; });
    const bool declared =
        found != row.end() && declared_.keys()[found->key] == key && (!write || found->write != 0);
    broke_out_ = broke_out_ || !declared;
    return !broke_out_;
}

StateRead DeclaredAccess::read(const StateKey& key) {
    if (!permits(key, false)) {
        return {ReadState::stop, {}};
    }
    if (const auto mine = writes_.find(key); mine != writes_.end()) {
        return mine->second ? StateRead{ReadState::present, *mine->second}
                            : StateRead{ReadState::absent, {}};
    }
    return inner_.read(key);
}

void DeclaredAccess::write(const StateKey& key, ByteView value) {
    if (permits(key, true)) {
        // Made first: the value may be what read() gave out for this very key.
        Bytes copy(value.begin(), value.end());
        writes_[key] = std::move(copy);
    }
}

void DeclaredAccess::erase(const StateKey& key) {
    if (permits(key, true)) {
        writes_[key].reset();
    }
}

}  // namespace commitbench
