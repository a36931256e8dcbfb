# How everything is compiled, the code that is generated too: ccache, and what hardens a release.

option(ROSTER_CCACHE "Compile through ccache where it is installed" OFF)
if(ROSTER_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(CCACHE_PROGRAM ccache)
  if(CCACHE_PROGRAM)
    # Paths below the sources are looked up as relative ones, so that a second clone is warm too.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
  endif()
endif()

# FORTIFY needs an optimizer, and sanitizers find more without it.
set(hardened OFF)
if(CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo|MinSizeRel)$" AND NOT ROSTER_SANITIZE)
  set(hardened ON)
endif()
option(ROSTER_HARDENING "Stack protectors, FORTIFY, PIE and read-only relocations" ${hardened})
if(ROSTER_HARDENING)
  include(CheckCXXCompilerFlag)
  # g++ knows level 3 since version 12, clang since 9; glibc since 2.34. Older ones take 3 for 2.
  set(level 3)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
    set(level 2)
  endif()
  # Every library of ours is static and ends in a program, so PIE does, which is faster than PIC.
  add_compile_options(-fPIE -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=${level})
  foreach(flag -fstack-clash-protection -fcf-protection)
    string(MAKE_C_IDENTIFIER "ROSTER_HAS${flag}" has)
    check_cxx_compiler_flag(${flag} ${has})
    if(${has})
      add_compile_options(${flag})
    endif()
  endforeach()
  add_link_options(-pie -Wl,-z,relro,-z,now,-z,noexecstack)
endif()
