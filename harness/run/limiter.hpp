// SPDX-License-Identifier: Apache-2.0
// What limited a run, in one sentence, by what evidence.
#pragma once

#include "harness/run/record.hpp"

#include <string>
#include <string_view>

namespace commitbench {

enum class Limit : std::uint8_t {
    nothing_measured,  ///< no blocks, or no wall time
    execution,
    hashing,        ///< merkleize, and the permutations explain it
    merkleize,      ///< merkleize, and they do not, or nobody counted them
    loading_waits,  ///< stage, CPU mostly idle: waiting for reads
    loading_works,  ///< stage, CPU busy: finding and decoding nodes, changing them
    sync,           ///< persist, CPU mostly idle: waiting for the device
    writing,        ///< persist, CPU busy: encoding, inserting, copying
    disturbed,      ///< a span's CPU idle, but taken away rather than waiting: other programs
    harness,        ///< other: the harness measured itself
    shared,         ///< no span over half: the two largest are named
};

/// As in the result line: "hashing", "loading_waits".
[[nodiscard]] std::string_view limit_name(Limit limit) noexcept;

struct Limiter {
    Limit limit = Limit::nothing_measured;
    std::string sentence;  ///< ends with a full stop
};

/// Rules, in this order; shares are of the sum of block wall times:
///  1. `other` above 50 % -> harness
///  2. execute above 50 % -> execution
///  3. merkleize above 50 %: floor known and >= 50 % of merkleize -> hashing, else merkleize
///  4. stage above 50 %: its CPU time at least 50 % of its wall time -> loading_works; else rule 6
///  5. persist above 50 %: likewise -> writing; else rule 6
///  6. the CPU was idle: more involuntary than voluntary context switches (someone who waits for a
///     device goes voluntarily) -> disturbed, else loading_waits or sync
///  7. no span above 50 % -> shared
/// The sentence carries the figures that the rule looked at.
[[nodiscard]] Limiter find_limiter(const RunRecord& record);

}  // namespace commitbench
