# One interface target that carries language level, warnings and sanitizers to every target of ours.
add_library(commitbench_options INTERFACE)
target_compile_features(commitbench_options INTERFACE cxx_std_20)
target_compile_options(commitbench_options INTERFACE
    -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor> -Werror
    -fno-omit-frame-pointer
)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    # Every x86 processor since 2009 counts bits in one instruction; without leave to use it a page's slots are found by a
    # call (a third of a block's merkleize, measured). Wider instructions are chosen at run time, where they pay.
    target_compile_options(commitbench_options INTERFACE -march=x86-64-v2)
endif()
if(COMMITBENCH_SANITIZE)
    # Flags reach every object, so that no frame is missing from a report.
    target_compile_options(commitbench_options INTERFACE -fsanitize=${COMMITBENCH_SANITIZE} -fno-sanitize-recover=all)
    target_link_options(commitbench_options INTERFACE -fsanitize=${COMMITBENCH_SANITIZE})
    # g++ 12 reports uninitialised and out-of-bounds ghosts in inlined standard-library code once
    # sanitizer checks are in the way (GCC bugs 105562, 105593).
    target_compile_options(commitbench_options INTERFACE
        "$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-array-bounds;-Wno-stringop-overflow>")
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # g++ 12 sees overlapping copies in std::string operator+ at -O2 and above where there are none (GCC bug 105651).
    # clang-tidy reads these flags too and does not know this one.
    target_compile_options(commitbench_options INTERFACE -Wno-restrict -Wno-unknown-warning-option)
endif()

# commitbench_for_plugins(TARGET...): these libraries, and those of ours that they link, can be part of a plug-in as well as of the program.
# What is hidden is called directly and inlined in both.
function(commitbench_for_plugins)
    foreach(target IN LISTS ARGN)
        if(NOT TARGET ${target})
            continue()
        endif()
        get_target_property(type ${target} TYPE)
        get_target_property(done ${target} POSITION_INDEPENDENT_CODE)
        if(NOT type MATCHES "STATIC_LIBRARY|OBJECT_LIBRARY" OR done)
            continue()
        endif()
        set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON
            C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
        get_target_property(linked ${target} LINK_LIBRARIES)
        if(linked)
            commitbench_for_plugins(${linked})
        endif()
    endforeach()
endfunction()
