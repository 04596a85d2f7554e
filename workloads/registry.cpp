// SPDX-License-Identifier: Apache-2.0
#include "harness/core/registry.hpp"

#include "workloads/kv/kv.hpp"
#include "workloads/p2p/p2p.hpp"
#include "workloads/trace/trace.hpp"
#include "workloads/transfer/transfer.hpp"

namespace commitbench {

std::span<const WorkloadComponent> workload_registry() {
    static const std::array kRegistry{transfer::component(), p2p::component(), kv::component(),
                                      trace_component()};
    return kRegistry;
}

}  // namespace commitbench
