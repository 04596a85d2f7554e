// SPDX-License-Identifier: Apache-2.0
#include "harness/runtime/placement.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <hwloc.h>
#include <memory>

namespace commitbench {
namespace {

struct Destroy {
    void operator()(hwloc_topology_t topology) const { hwloc_topology_destroy(topology); }
    void operator()(hwloc_bitmap_t bitmap) const { hwloc_bitmap_free(bitmap); }
};
using TopologyHolder = std::unique_ptr<hwloc_topology, Destroy>;
using BitmapHolder = std::unique_ptr<hwloc_bitmap_s, Destroy>;

TopologyHolder new_topology() {
    hwloc_topology_t topology = nullptr;
    return TopologyHolder(hwloc_topology_init(&topology) == 0 ? topology : nullptr);
}

struct Seen {
    unsigned round;  // how many of its core come before it
    ProcessingUnit unit;
};

std::vector<ProcessingUnit> in_order(hwloc_topology_t topology, hwloc_const_bitmap_t allowed) {
    std::vector<Seen> seen;
    // In logical order, so that the units of one core stand next to each other.
    for (hwloc_obj_t unit = nullptr;
         (unit = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_PU, unit)) != nullptr;) {
        if (hwloc_bitmap_isset(allowed, unit->os_index) == 0) {
            continue;
        }
        // A machine that knows no cores (some containers) has one for every unit.
        const hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_CORE, unit);
        const unsigned number = core == nullptr ? unit->logical_index : core->logical_index;
        const bool same_core = !seen.empty() && seen.back().unit.core == number;
        seen.push_back({same_core ? seen.back().round + 1 : 0, {number, unit->os_index}});
    }
    std::ranges::stable_sort(seen, {}, &Seen::round);
    std::vector<ProcessingUnit> units;
    units.reserve(seen.size());
    for (const Seen& each : seen) {
        units.push_back(each.unit);
    }
    return units;
}

}  // namespace

std::vector<ProcessingUnit> usable_processing_units() {
    const TopologyHolder topology = new_topology();
    const BitmapHolder allowed(hwloc_bitmap_alloc());
    if (!topology || !allowed || hwloc_topology_load(topology.get()) != 0 ||
        hwloc_get_cpubind(topology.get(), allowed.get(), HWLOC_CPUBIND_THREAD) != 0) {
        return {};
    }
    return in_order(topology.get(), allowed.get());
}

std::vector<ProcessingUnit> processing_units_of(const std::string& machine,
                                                const std::vector<unsigned>& allowed) {
    const TopologyHolder topology = new_topology();
    const BitmapHolder wanted(hwloc_bitmap_alloc());
    if (!topology || !wanted ||
        hwloc_topology_set_synthetic(topology.get(), machine.c_str()) != 0 ||
        hwloc_topology_load(topology.get()) != 0) {
        return {};
    }
    if (allowed.empty()) {
        hwloc_bitmap_fill(wanted.get());
    }
    for (const unsigned unit : allowed) {
        hwloc_bitmap_set(wanted.get(), unit);
    }
    return in_order(topology.get(), wanted.get());
}

std::string Placement::text() const {
    if (!pinned()) {
        return "not pinned: " + why_not;
    }
    std::string text;
    for (std::size_t worker = 0; worker < seats.size(); ++worker) {
        text += fmt::format("{}worker {}: core {} (pu {})", worker == 0 ? "" : ", ", worker,
                            seats[worker].core, seats[worker].number);
    }
    return text + "; pinned";
}

Placement place_workers(std::uint32_t workers, const std::vector<ProcessingUnit>& units) {
    if (workers == 1) {
        return {.seats = {}, .why_not = "one worker has nobody to keep apart from"};
    }
    if (units.empty()) {
        return {.seats = {}, .why_not = "the system does not tell its processing units"};
    }
    if (workers > units.size()) {
        return {.seats = {},
                .why_not = fmt::format("{} workers for {} processing unit{}", workers, units.size(),
                                       units.size() == 1 ? "" : "s")};
    }
    return {.seats = {units.begin(), units.begin() + workers}, .why_not = {}};
}

}  // namespace commitbench
