# Headers that most sources include, compiled once. Not with a compiler launcher, which is there to keep objects: ccache keeps none that used a
# precompiled header. Not where COMMITBENCH_JOINED is off: clang-tidy wants to see what each source includes itself.
# Not without the tests, as in the release preset: at -O3 g++ 12 warns of copies in std::string that are none (GCC bug 105651) where the
# header came precompiled, whatever -Wno-restrict says.

# commitbench_precompile(NAME LIBRARIES ... HEADERS ...): a target whose headers others reuse; the libraries are those that the headers are of.
function(commitbench_precompile name)
    cmake_parse_arguments(ARG "" "" "LIBRARIES;HEADERS" ${ARGN})
    file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/${name}.cpp CONTENT "")
    add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/${name}.cpp)
    target_link_libraries(${name} PRIVATE commitbench_options ${ARG_LIBRARIES})
    target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
endfunction()

# Gives every target of ours below `directory` the headers: those that know JSON the larger set.
function(commitbench_use_precompiled directory)
    get_property(targets DIRECTORY ${directory} PROPERTY BUILDSYSTEM_TARGETS)
    foreach(target IN LISTS targets)
        get_target_property(type ${target} TYPE)
        get_target_property(own ${target} LINK_LIBRARIES)
        if(type MATCHES "STATIC_LIBRARY|EXECUTABLE")
            get_target_property(for_plugins ${target} POSITION_INDEPENDENT_CODE)
            if(for_plugins)
                target_precompile_headers(${target} REUSE_FROM commitbench_plugin_headers)
            elseif("nlohmann_json::nlohmann_json" IN_LIST own)
                target_precompile_headers(${target} REUSE_FROM commitbench_json_headers)
            else()
                target_precompile_headers(${target} REUSE_FROM commitbench_headers)
            endif()
        endif()
    endforeach()
    get_property(below DIRECTORY ${directory} PROPERTY SUBDIRECTORIES)
    foreach(one IN LISTS below)
        commitbench_use_precompiled(${one})
    endforeach()
endfunction()

if(COMMITBENCH_JOINED AND COMMITBENCH_TESTS AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(standard <algorithm> <array> <cstdint> <filesystem> <functional> <map> <memory> <optional> <span> <string> <vector> <fmt/format.h>)
    commitbench_precompile(commitbench_headers LIBRARIES fmt::fmt HEADERS ${standard})
    # The same for what can be part of a plug-in, which is compiled with other flags.
    commitbench_precompile(commitbench_plugin_headers LIBRARIES fmt::fmt HEADERS ${standard})
    commitbench_for_plugins(commitbench_plugin_headers)
    commitbench_precompile(commitbench_json_headers LIBRARIES fmt::fmt nlohmann_json::nlohmann_json HEADERS ${standard} <nlohmann/json.hpp>)
    foreach(room harness codec hash executors backends workloads)
        commitbench_use_precompiled(${PROJECT_SOURCE_DIR}/${room})
    endforeach()
endif()
