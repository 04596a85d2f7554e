// SPDX-License-Identifier: Apache-2.0
// Doctor: what on this machine disturbs measurement. Looks, and changes nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace commitbench {

enum class CheckState : std::uint8_t { ok, warn, unknown };

[[nodiscard]] std::string_view check_state_name(CheckState state) noexcept;

struct DoctorCheck {
    std::string name;  ///< "governor"
    CheckState state = CheckState::unknown;
    std::string found;  ///< what is there, with its unit
    std::string why;    ///< why it matters for a measurement
    std::string
        command;  ///< would change it; empty where there is nothing to change or no command could
};

struct DoctorRequest {
    std::filesystem::path directory = ".";  ///< where the runs would keep their data; exists
    std::uint64_t memory_budget = 0;        ///< of a cell, in bytes; 0: compare with nothing
};

/// Takes about 100 ms, most of it for the frequency check. O_DIRECT is tried on a file that is
/// unlinked at once.
[[nodiscard]] std::vector<DoctorCheck> run_doctor(const DoctorRequest& request);

}  // namespace commitbench
