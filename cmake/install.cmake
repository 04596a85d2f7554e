# What `cmake --install` puts where: the program, what it brings (plans, claims, analysis), the plug-in headers with a CMake package and a
# pkg-config file; and the Debian package of the same (`cpack -G DEB`).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS commitbench RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES include/commitbench/plugin.h include/commitbench/backend.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/commitbench)
install(FILES include/commitbench/ABI.md README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY plans claims DESTINATION ${CMAKE_INSTALL_DATADIR}/commitbench)
install(DIRECTORY scripts/analysis DESTINATION ${CMAKE_INSTALL_DATADIR}/commitbench/scripts PATTERN __pycache__ EXCLUDE)
install(DIRECTORY backends/template DESTINATION ${CMAKE_INSTALL_DATADIR}/commitbench)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/commitbench)
configure_package_config_file(cmake/commitbenchConfig.cmake.in ${PROJECT_BINARY_DIR}/package/commitbenchConfig.cmake
    INSTALL_DESTINATION ${package_folder} PATH_VARS CMAKE_INSTALL_BINDIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/commitbenchConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/commitbenchConfig.cmake ${PROJECT_BINARY_DIR}/package/commitbenchConfigVersion.cmake
    DESTINATION ${package_folder})
configure_file(cmake/commitbench.pc.in ${PROJECT_BINARY_DIR}/package/commitbench.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/package/commitbench.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME commitbench)
set(CPACK_PACKAGE_CONTACT "the commitbench authors <commitbench@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
# compare, plot, report and claim are Python (scripts/install_dependencies, group analysis).
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "python3, python3-numpy, python3-scipy, python3-matplotlib")
include(CPack)
