// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/comparison.hpp"
