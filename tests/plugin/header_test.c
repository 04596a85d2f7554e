/* SPDX-License-Identifier: Apache-2.0
 * The header in C11, alone and first. */
#include "tests/plugin/layout.h"

/* So that the object is no empty one; the plug-ins of these tests link it. */
uint32_t commitbench_layout_in_c(void);
uint32_t commitbench_layout_in_c(void) { return COMMITBENCH_ABI_MAJOR; }
