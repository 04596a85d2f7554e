// SPDX-License-Identifier: Apache-2.0
#include "harness/core/registry.hpp"

#include "workloads/kv/kv.hpp"
#include "workloads/mint/mint.hpp"
#include "workloads/orderbook/orderbook.hpp"
#include "workloads/p2p/p2p.hpp"
#include "workloads/swap/swap.hpp"
#include "workloads/token/token.hpp"
#include "workloads/trace/trace.hpp"
#include "workloads/transfer/transfer.hpp"

namespace commitbench {

std::span<const WorkloadComponent> workload_registry() {
    static const std::array kRegistry{
        transfer::component(), p2p::component(),       kv::component(),   token::component(),
        swap::component(),     orderbook::component(), mint::component(), trace_component(),
    };
    return kRegistry;
}

}  // namespace commitbench
