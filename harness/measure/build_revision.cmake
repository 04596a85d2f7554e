# Run at every build (cmake -P): writes OUTPUT with the revision of SOURCE, and only where it changed, so that nothing is
# compiled again for nothing.
cmake_minimum_required(VERSION 3.25)
set(revision "unknown")
set(dirty "false")
find_program(GIT git)
if(GIT)
    execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse HEAD
        OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
    if(failed EQUAL 0)
        set(revision ${found})
        # --no-optional-locks: a build must never stand in the way of a commit.
        execute_process(COMMAND ${GIT} --no-optional-locks -C ${SOURCE} status --porcelain --untracked-files=no
            OUTPUT_VARIABLE changes ERROR_QUIET RESULT_VARIABLE failed)
        if(NOT failed EQUAL 0 OR NOT changes STREQUAL "")
            set(dirty "true")
        endif()
    endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#define COMMITBENCH_GIT_REVISION \"@revision@\"
#define COMMITBENCH_GIT_DIRTY @dirty@
" @ONLY)
