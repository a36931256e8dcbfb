# What `cmake --install` installs, and the Debian package that CPack makes of it (tools/package).

include(GNUInstallDirs)
configure_file(deploy/rosterd.service.in deploy/rosterd.service @ONLY)

install(TARGETS rosterd rosterctl RUNTIME)
install(FILES deploy/man/rosterd.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
install(FILES deploy/man/rosterctl.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${PROJECT_BINARY_DIR}/deploy/rosterd.service DESTINATION lib/systemd/system)
install(FILES deploy/roster.sysusers DESTINATION lib/sysusers.d RENAME roster.conf)
install(FILES README.md ARCHITECTURE.md CHANGELOG.md CONTRIBUTING.md SECURITY.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES deploy/haproxy/roster.cfg DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples RENAME haproxy.cfg)
install(DIRECTORY deploy/kubernetes DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
# The API and the events that it shows. The record of the log and the rows of the views are the server's own.
install(DIRECTORY proto/roster DESTINATION ${CMAKE_INSTALL_DATADIR}/roster/proto
  FILES_MATCHING PATTERN *.proto PATTERN view EXCLUDE PATTERN commit.proto EXCLUDE)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME roster)
set(CPACK_PACKAGE_VENDOR Roster)
set(CPACK_PACKAGE_CONTACT "The maintainers of Roster <maintainers@roster.invalid>" CACHE STRING
  "Maintainer of the package: name and email")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "identity and access service over gRPC")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
  "Users, roles and access decisions for other services. One server with an\nembedded, event-sourced store, and a command line client.")
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/deploy/debian/postinst
  ${PROJECT_SOURCE_DIR}/deploy/debian/prerm ${PROJECT_SOURCE_DIR}/deploy/debian/postrm)
include(CPack)
