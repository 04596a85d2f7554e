// SPDX-License-Identifier: Apache-2.0
// What this processor can run of what the kernels are made for. False everywhere but on x86-64.
#pragma once

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace commitbench {

#if defined(__x86_64__)
/// The instruction sets of the 16-lane kernels, as gnu::target wants them.
#define COMMITBENCH_AVX512 "avx512f,avx512vl,avx512bw,avx512dq"

[[nodiscard]] inline bool has_avx512() noexcept {
    return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
           __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512dq") != 0;
}
[[nodiscard]] inline bool has_avx2() noexcept {
    return __builtin_cpu_supports("avx2") != 0;
}
[[nodiscard]] inline bool has_sse41() noexcept {
    return __builtin_cpu_supports("sse4.1") != 0;
}
[[nodiscard]] inline bool has_sha_instructions() noexcept {
    unsigned eax = 0;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;
    return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (ebx >> 29U & 1U) != 0;
}
#endif

}  // namespace commitbench
