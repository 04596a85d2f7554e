// SPDX-License-Identifier: Apache-2.0
#include "harness/core/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commitbench {
namespace {

TEST(WorkloadRegistry, EveryTableIsSoundAndItsDefaultsResolve) {
    ASSERT_FALSE(workload_registry().empty());
    for (const WorkloadComponent& component : workload_registry()) {
        SCOPED_TRACE(component.name);
        EXPECT_TRUE(component.summary.ends_with('.'));
        ComponentSpec spec{std::string(component.name), {}};
        for (const OptionSpec& option : component.options) {
            SCOPED_TRACE(option.key);
            EXPECT_TRUE(option.help.ends_with('.'));
            if (option.required) {
                spec.options.emplace_back(option.key, "x");
            }
        }
        const auto options = resolve_options("workload", spec, component.options);
        EXPECT_TRUE(options.ok()) << options.error().message;
    }
}

TEST(WorkloadRegistry, FindsByName) {
    EXPECT_TRUE(choose("workload", workload_registry(), "transfer").ok());
    EXPECT_TRUE(choose("workload", workload_registry(), "trace:path=x").ok());
    const auto wrong = choose("workload", workload_registry(), "tracer:path=x");
    ASSERT_FALSE(wrong.ok());
    EXPECT_THAT(wrong.error().message, ::testing::HasSubstr("did you mean 'trace'?"));
}

}  // namespace
}  // namespace commitbench
