// SPDX-License-Identifier: Apache-2.0
#include "harness/plugin/elf_check.hpp"

#include <cstring>
#include <elf.h>
#include <fmt/format.h>
#include <fstream>
#include <system_error>
#include <vector>

namespace commitbench::plugin {
namespace {

#if defined(__x86_64__)
constexpr Elf64_Half kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half kMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr Elf64_Half kMachine = EM_RISCV;
#else
#error "name this machine's e_machine here"
#endif

std::string machine_name(Elf64_Half machine) {
    switch (machine) {
        case EM_X86_64:
            return "x86-64";
        case EM_386:
            return "32-bit x86";
        case EM_AARCH64:
            return "64-bit ARM";
        case EM_ARM:
            return "32-bit ARM";
        case EM_RISCV:
            return "RISC-V";
        default:
            return fmt::format("machine number {}", machine);
    }
}

}  // namespace

Status check_is_library(const std::filesystem::path& path) {
    std::error_code failure;
    const auto type = std::filesystem::status(path, failure).type();
    if (type == std::filesystem::file_type::not_found) {
        return bad_input(fmt::format(
            "{}: there is no such file: build the plug-in first, or mend the path", path.string()));
    }
    if (failure || type != std::filesystem::file_type::regular) {
        return bad_input(fmt::format(
            "{}: is no file that can be read: name the plug-in's shared library", path.string()));
    }
    std::ifstream file(path, std::ios::binary);
    // Both classes begin alike up to e_machine.
    Elf64_Ehdr header{};
    if (!file.read(reinterpret_cast<char*>(&header), sizeof header) ||
        std::memcmp(static_cast<const void*>(header.e_ident), ELFMAG, SELFMAG) != 0) {
        return bad_input(fmt::format(
            "{}: is not a shared library (it has no ELF header): build the plug-in with -shared",
            path.string()));
    }
    if (header.e_machine != kMachine || header.e_ident[EI_CLASS] != ELFCLASS64) {
        return bad_input(
            fmt::format("{}: is made for {}, and this commitbench runs on {}: build the plug-in on "
                        "this machine",
                        path.string(), machine_name(header.e_machine), machine_name(kMachine)));
    }
    if (header.e_type != ET_DYN) {
        return bad_input(fmt::format(
            "{}: is an object or a program, not a shared library: link the plug-in with -shared",
            path.string()));
    }
    // The loader maps what the headers say, and a program dies of touching what is beyond the end
    // of a file.
    std::vector<Elf64_Phdr> segments(header.e_phnum);
    file.seekg(static_cast<std::streamoff>(header.e_phoff));
    bool whole = header.e_phentsize == sizeof(Elf64_Phdr) &&
                 file.read(reinterpret_cast<char*>(segments.data()),
                           static_cast<std::streamsize>(segments.size() * sizeof(Elf64_Phdr)));
    const std::uintmax_t size = std::filesystem::file_size(path, failure);
    for (const Elf64_Phdr& segment : segments) {
        whole = whole && !failure && segment.p_offset <= size &&
                segment.p_filesz <= size - segment.p_offset;
    }
    if (!whole) {
        return bad_input(fmt::format("{}: is cut short or damaged: build or copy the plug-in again",
                                     path.string()));
    }
    return {};
}

}  // namespace commitbench::plugin
