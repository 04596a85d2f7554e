# What `cmake --install` puts where: the program, what it brings (plans, claims, analysis), its manual page and completion, the plug-in headers with a
# CMake package and a pkg-config file, the templates; and the Debian package of the same (`cpack -G DEB`).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS commitbench RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES include/commitbench/plugin.h include/commitbench/backend.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/commitbench)
install(FILES include/commitbench/ABI.md README.md LICENSE cmake/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY plans claims DESTINATION ${CMAKE_INSTALL_DATADIR}/commitbench)
install(DIRECTORY scripts/analysis DESTINATION ${CMAKE_INSTALL_DATADIR}/commitbench/scripts PATTERN __pycache__ EXCLUDE)
# Not what somebody has built in there.
install(DIRECTORY backends/template DESTINATION ${CMAKE_INSTALL_DATADIR}/commitbench
    PATTERN build EXCLUDE PATTERN target EXCLUDE PATTERN Cargo.lock EXCLUDE PATTERN *.so EXCLUDE)

# What the built program says of itself: commitbench_printed(FILE INSTALL_FOLDER WORDS...) keeps the output of `commitbench WORDS`, compressed where
# FILE ends in .gz.
function(commitbench_printed file folder)
    set(path ${PROJECT_BINARY_DIR}/package/${file})
    string(REGEX REPLACE "\\.gz$" "" plain ${path})
    set(compress "")
    if(NOT plain STREQUAL path)
        set(compress COMMAND gzip -9nf ${plain})
    endif()
    add_custom_command(OUTPUT ${path} COMMAND commitbench ${ARGN} > ${plain} ${compress} DEPENDS commitbench VERBATIM)
    set_property(GLOBAL APPEND PROPERTY commitbench_printed_files ${path})
    install(FILES ${path} DESTINATION ${folder})
endfunction()
commitbench_printed(commitbench.1.gz ${CMAKE_INSTALL_MANDIR}/man1 man)
commitbench_printed(commitbench ${CMAKE_INSTALL_DATADIR}/bash-completion/completions completion bash)
commitbench_printed(_commitbench ${CMAKE_INSTALL_DATADIR}/zsh/site-functions completion zsh)
# Where Debian's zsh looks under /usr.
install(FILES ${PROJECT_BINARY_DIR}/package/_commitbench DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
commitbench_printed(commitbench.fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d completion fish)
get_property(printed_files GLOBAL PROPERTY commitbench_printed_files)
add_custom_target(commitbench_printed_files ALL DEPENDS ${printed_files})

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/commitbench)
configure_package_config_file(cmake/commitbenchConfig.cmake.in ${PROJECT_BINARY_DIR}/package/commitbenchConfig.cmake
    INSTALL_DESTINATION ${package_folder} PATH_VARS CMAKE_INSTALL_BINDIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/commitbenchConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/commitbenchConfig.cmake ${PROJECT_BINARY_DIR}/package/commitbenchConfigVersion.cmake
    DESTINATION ${package_folder})
configure_file(cmake/commitbench.pc.in ${PROJECT_BINARY_DIR}/package/commitbench.pc @ONLY)
# Headers alone: the same on every architecture.
install(FILES ${PROJECT_BINARY_DIR}/package/commitbench.pc DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME commitbench)
set(CPACK_PACKAGE_CONTACT "the commitbench authors <commitbench@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_PACKAGE_DESCRIPTION
"What limits a blockchain node: executing transactions, or committing to the
state? commitbench runs an executor against a backend on the blocks of a
workload, checks that the result is right, and says where the time of every
block went.
Backends, executors and workloads of others are taken as shared libraries:
their header, templates in C, C++ and Rust, and a conformance test are here.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_STRIP_FILES ON)
# compare, plot, report and claim are Python (scripts/install_dependencies, group analysis).
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "python3, python3-numpy, python3-scipy, python3-matplotlib")
include(CPack)
