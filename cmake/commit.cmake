# cmake -DSOURCE=... -DOUTPUT=... -DFALLBACK=... -P commit.cmake: writes the header that names the commit of
# SOURCE, and leaves it alone where it says so already. FALLBACK counts where SOURCE is no git repository.
set(commit)
if(EXISTS ${SOURCE}/.git)
  # Takes no lock of the repository: a build may run beside a commit.
  execute_process(COMMAND git --no-optional-locks describe --always --dirty --abbrev=12 --exclude=*
    WORKING_DIRECTORY ${SOURCE} OUTPUT_VARIABLE commit ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
if(NOT commit)
  set(commit ${FALLBACK})
endif()
if(NOT commit)
  set(commit unknown)
endif()
set(text "#define ROSTER_COMMIT \"${commit}\"\n")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} before)
endif()
if(NOT "${before}" STREQUAL "${text}")
  file(WRITE ${OUTPUT} "${text}")
endif()
