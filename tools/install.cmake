# What `cmake --install` puts where a distribution expects it. stemma-genhub is for developers and stays here.
install(TARGETS stemma RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${documentation}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${documentation}/stemma.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME stemma)
install(FILES ${documentation}/_stemma DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${documentation}/stemma.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${PROJECT_SOURCE_DIR}/schema/families.toml ${PROJECT_SOURCE_DIR}/schema/curated.toml
  DESTINATION ${CMAKE_INSTALL_DATADIR}/stemma)
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${PROJECT_SOURCE_DIR}/LICENSE
  DESTINATION ${CMAKE_INSTALL_DOCDIR})

# systemd reads PREFIX/lib/systemd/system whatever the name of the directory for libraries is. The units name the binary
# where it is installed, which --prefix decides at the last moment.
install(CODE "set(units \"${CMAKE_CURRENT_SOURCE_DIR}/systemd\")
set(scratch \"${CMAKE_CURRENT_BINARY_DIR}/systemd\")
set(bindir \"${CMAKE_INSTALL_BINDIR}\")")
install(CODE [[
cmake_path(ABSOLUTE_PATH bindir BASE_DIRECTORY "${CMAKE_INSTALL_PREFIX}" NORMALIZE)
cmake_path(ABSOLUTE_PATH bindir NORMALIZE)
file(GLOB names RELATIVE "${units}" "${units}/*")
foreach(name IN LISTS names)
  file(READ "${units}/${name}" text)
  string(REPLACE "/usr/local/bin/stemma" "${bindir}/stemma" text "${text}")
  file(WRITE "${scratch}/${name}" "${text}")
  file(INSTALL "${scratch}/${name}" DESTINATION "${CMAKE_INSTALL_PREFIX}/lib/systemd/system")
endforeach()
]])
