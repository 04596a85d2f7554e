// SPDX-License-Identifier: Apache-2.0
// Only there so that the headers which most tests include are compiled once (tests/CMakeLists.txt).
