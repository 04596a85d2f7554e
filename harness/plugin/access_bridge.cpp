// SPDX-License-Identifier: Apache-2.0
#include "harness/plugin/access_bridge.hpp"

namespace commitbench::plugin {
namespace {

StateAccess& state_of(void* context) {
    return *static_cast<StateAccess*>(context);
}

std::int32_t read(void* context, const cb_key* key, cb_bytes* value) {
    const StateRead found = state_of(context).read(key_of(key));
    *value = bytes_of(found.value);
    return static_cast<std::int32_t>(found.state);
}

void write(void* context, const cb_key* key, cb_bytes value) {
    state_of(context).write(key_of(key), view_of(value));
}

void erase(void* context, const cb_key* key) {
    state_of(context).erase(key_of(key));
}

std::int32_t add(void* context, const cb_key* key, std::uint64_t amount) {
    return static_cast<std::int32_t>(state_of(context).add(key_of(key), amount));
}

std::int32_t spend(void* context, std::uint64_t units) {
    return state_of(context).spend(units) ? 1 : 0;
}

ReadState read_state(std::int32_t word) {
    return word == CB_READ_ABSENT    ? ReadState::absent
           : word == CB_READ_PRESENT ? ReadState::present
                                     : ReadState::stop;
}

}  // namespace

AccessForPlugin::AccessForPlugin(StateAccess& state)
    : access_{.struct_size = sizeof(cb_access),
              .context = &state,
              .read = &plugin::read,
              .write = &plugin::write,
              .erase = &plugin::erase,
              .add = &plugin::add,
              .spend = &plugin::spend} {}

StateRead AccessOfPlugin::read(const StateKey& key) {
    cb_bytes value{};
    const ReadState state = read_state(access_.read(access_.context, key_of(key), &value));
    return {state, view_of(value)};
}

void AccessOfPlugin::write(const StateKey& key, ByteView value) {
    access_.write(access_.context, key_of(key), bytes_of(value));
}

void AccessOfPlugin::erase(const StateKey& key) {
    access_.erase(access_.context, key_of(key));
}

ReadState AccessOfPlugin::add(const StateKey& key, std::uint64_t amount) {
    return read_state(access_.add(access_.context, key_of(key), amount));
}

bool AccessOfPlugin::spend(std::uint64_t units) {
    return access_.spend(access_.context, units) != 0;
}

Receipt receipt_of(const cb_receipt& receipt) noexcept {
    return {receipt.status == CB_TX_OK       ? TxStatus::ok
            : receipt.status == CB_TX_FAILED ? TxStatus::failed
                                             : TxStatus::stopped,
            receipt.digest};
}

}  // namespace commitbench::plugin
