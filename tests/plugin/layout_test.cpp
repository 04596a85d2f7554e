// SPDX-License-Identifier: Apache-2.0
// The header in C++, alone and first; and that C and C++ mean the same.
#include "tests/plugin/layout.h"

#include <gtest/gtest.h>

extern "C" std::uint32_t commitbench_layout_in_c();

TEST(PluginHeader, IsTheSameInCAndInCpp) {
    EXPECT_EQ(commitbench_layout_in_c(), COMMITBENCH_ABI_MAJOR);
}
