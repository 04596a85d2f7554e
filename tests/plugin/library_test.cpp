// SPDX-License-Identifier: Apache-2.0
// Opening libraries: what is offered, and one clear line for everything that is no plug-in of this
// ABI.
#include "harness/plugin/library.hpp"

#include <array>
#include <elf.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commitbench::plugin {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::filesystem::path built(std::string_view name) {
    return std::filesystem::path(COMMITBENCH_TEST_PLUGINS) / fmt::format("{}.so", name);
}

/// The one line that refuses it.
std::string refusal_of(const std::filesystem::path& path) {
    const auto library = open_library(path);
    EXPECT_FALSE(library.ok()) << path;
    if (library.ok()) {
        return {};
    }
    EXPECT_EQ(library.error().code, ErrorCode::bad_input);
    EXPECT_THAT(library.error().message, Not(HasSubstr("\n")));
    EXPECT_THAT(library.error().message, HasSubstr(path.filename().string()));
    return library.error().message;
}

/// A file with these bytes, in the folder of the test.
std::filesystem::path file_with(std::string_view name, std::string_view bytes) {
    const auto path = std::filesystem::path(::testing::TempDir()) / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
}

TEST(PluginLibrary, OffersItsBackendWithItsOptions) {
    const auto library = open_library(built("template"));
    ASSERT_TRUE(library.ok()) << library.error().message;
    ASSERT_EQ((*library)->backends.size(), 1U);
    const BackendComponent& backend = (*library)->backends.front();
    EXPECT_EQ(backend.name, "my-backend");
    ASSERT_EQ(backend.options.size(), 1U);
    EXPECT_EQ(backend.options.front().key, "most-keys");
    EXPECT_EQ(backend.options.front().default_value, "100M");
    EXPECT_TRUE((*library)->executors.empty());
    EXPECT_TRUE((*library)->workloads.empty());
}

TEST(PluginLibrary, OffersExecutorAndWorkload) {
    const auto library = open_library(built("in_order"));
    ASSERT_TRUE(library.ok()) << library.error().message;
    ASSERT_EQ((*library)->executors.size(), 1U);
    ASSERT_EQ((*library)->workloads.size(), 1U);
    EXPECT_EQ((*library)->executors.front().name, "in-order");
    EXPECT_EQ((*library)->workloads.front().name, "counters");
}

/// Built with the first header, and shorter than what today's says.
TEST(PluginLibrary, OfTheFirstAbiOffersAllItsInterfaces) {
#ifndef __x86_64__
    GTEST_SKIP() << "the kept library is for x86-64";
#endif
    const auto library = open_library(std::filesystem::path(COMMITBENCH_SOURCE_DIR) /
                                      "tests/plugin/abi_1_0/every_interface.so");
    ASSERT_TRUE(library.ok()) << library.error().message;
    ASSERT_EQ((*library)->backends.size(), 1U);
    ASSERT_EQ((*library)->executors.size(), 1U);
    ASSERT_EQ((*library)->workloads.size(), 1U);
    const cb_backend_interface& table = (*library)->backend_offers.front().table;
    EXPECT_LT(table.struct_size, sizeof table);
    EXPECT_EQ(table.keeps_files, nullptr);
    EXPECT_NE(table.counters, nullptr);
}

TEST(PluginLibrary, IsOpenedOnce) {
    const auto first = open_library(built("small"));
    const auto second = open_library(built("small").parent_path() / "." / "small.so");
    ASSERT_TRUE(first.ok() && second.ok());
    EXPECT_EQ(*first, *second);
}

TEST(PluginLibrary, IsRefusedInOneLine) {
    EXPECT_THAT(
        refusal_of(built("other_major")),
        HasSubstr("was built for plug-in ABI 2.1, and this commitbench speaks 1.1: rebuild it"));
    EXPECT_THAT(refusal_of(built("newer_minor")),
                HasSubstr("ABI 1.2, which is newer than this commitbench's 1.1"));
    EXPECT_THAT(refusal_of(built("short")),
                HasSubstr("says that it has 16 bytes, and has 64 since ABI 1.0"));
    EXPECT_THAT(refusal_of(built("no_symbol")), HasSubstr("has no symbol commitbench_plugin"));
    EXPECT_THAT(refusal_of(built("no_persist")),
                HasSubstr("its commitbench.backend/1 has no function persist"));
    EXPECT_THAT(refusal_of(built("bad_default")), HasSubstr("does not agree with itself"));
    EXPECT_THAT(
        refusal_of(built("unknown_interface")),
        HasSubstr("offers nothing that this commitbench knows; it knows commitbench.backend/1"));
}

TEST(PluginLibrary, IsNoOtherFile) {
    EXPECT_THAT(refusal_of("/nowhere/at_all.so"), HasSubstr("there is no such file"));
    EXPECT_THAT(refusal_of(::testing::TempDir()), HasSubstr("is no file that can be read"));
    EXPECT_THAT(refusal_of(file_with("text.so", "not a library")),
                HasSubstr("is not a shared library"));
    Elf64_Ehdr header{};
    std::memcpy(static_cast<void*>(header.e_ident), ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_type = ET_DYN;
    header.e_machine = EM_PPC64;
    const std::string_view bytes(reinterpret_cast<const char*>(&header), sizeof header);
    EXPECT_THAT(refusal_of(file_with("elsewhere.so", bytes)),
                HasSubstr("is made for machine number 21, and this commitbench runs on"));
    const auto object = std::filesystem::read_symlink("/proc/self/exe");
    EXPECT_THAT(refusal_of(object),
                ::testing::AnyOf(HasSubstr("cannot be loaded"), HasSubstr("not a shared library")));
}

TEST(PluginLibrary, IsWhole) {
    std::ifstream file(built("small"), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)),
                            std::istreambuf_iterator<char>());
    ASSERT_GT(bytes.size(), 5000U);
    for (const std::size_t size :
         {std::size_t{64}, std::size_t{100}, std::size_t{900}, std::size_t{4500}}) {
        EXPECT_THAT(refusal_of(file_with(fmt::format("cut_{}.so", size),
                                         std::string_view(bytes).substr(0, size))),
                    HasSubstr("is cut short or damaged"));
    }
}

}  // namespace
}  // namespace commitbench::plugin
