// SPDX-License-Identifier: Apache-2.0
#include "harness/run/utc_time.hpp"

#include <ctime>
#include <fmt/format.h>

namespace commitbench {

std::string utc_now() {
    const std::time_t now = std::time(nullptr);
    std::tm fields{};
    gmtime_r(&now, &fields);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", fields.tm_year + 1900,
                       fields.tm_mon + 1, fields.tm_mday, fields.tm_hour, fields.tm_min,
                       fields.tm_sec);
}

}  // namespace commitbench
