# Target blake3: a system libblake3 where there is one (Debian 12 has none), else BLAKE3's own C sources, which Debian ships
# inside the package librust-blake3-dev.
find_library(BLAKE3_LIBRARY blake3)
find_path(BLAKE3_INCLUDE_DIR blake3.h)
if(BLAKE3_LIBRARY AND BLAKE3_INCLUDE_DIR)
    add_library(blake3 INTERFACE)
    target_link_libraries(blake3 INTERFACE "${BLAKE3_LIBRARY}")
    target_include_directories(blake3 SYSTEM INTERFACE "${BLAKE3_INCLUDE_DIR}")
    return()
endif()

file(GLOB blake3_folders LIST_DIRECTORIES true /usr/share/cargo/registry/blake3-*/c)
list(SORT blake3_folders COMPARE NATURAL ORDER DESCENDING)
list(APPEND blake3_folders "/usr/share/cargo/registry/blake3/c")  # names the place where there is none
list(GET blake3_folders 0 blake3_newest)
set(BLAKE3_SOURCE_DIR "${blake3_newest}" CACHE PATH "Folder of BLAKE3's C sources (blake3.c and its neighbours)")
if(NOT EXISTS "${BLAKE3_SOURCE_DIR}/blake3_impl.h")
    message(FATAL_ERROR "BLAKE3's C sources are not at '${BLAKE3_SOURCE_DIR}': install the Debian package "
        "librust-blake3-dev (scripts/install_dependencies), or pass -DBLAKE3_SOURCE_DIR=<the folder c of its repository>.")
endif()

set(blake3_sources blake3.c blake3_dispatch.c blake3_portable.c)
set(blake3_definitions)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
    enable_language(ASM)
    list(APPEND blake3_sources blake3_sse2_x86-64_unix.S blake3_sse41_x86-64_unix.S
        blake3_avx2_x86-64_unix.S blake3_avx512_x86-64_unix.S)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    list(APPEND blake3_sources blake3_neon.c)
    set(blake3_definitions BLAKE3_USE_NEON=1)
endif()
list(TRANSFORM blake3_sources PREPEND "${BLAKE3_SOURCE_DIR}/")
add_library(blake3 STATIC ${blake3_sources})
target_include_directories(blake3 SYSTEM PUBLIC "${BLAKE3_SOURCE_DIR}")
target_compile_definitions(blake3 PRIVATE ${blake3_definitions})
target_compile_options(blake3 PRIVATE -w -O3)
set_target_properties(blake3 PROPERTIES UNITY_BUILD OFF)
