# What every test that drives real programs finds in its environment.
#   BIN        the folder of the programs
#   TESTS      this folder
#   LIVE_LONG  1: full counts and durations (set by scripts/test --long, absent else)
set(LIVE_TEST_ENVIRONMENT
  "BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}"
  "TESTS=${CMAKE_CURRENT_SOURCE_DIR}"
  "PYTHONDONTWRITEBYTECODE=1"
  "ASAN_OPTIONS=detect_stack_use_after_return=1:exitcode=99"
  "LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/support/lsan.supp:print_suppressions=0"
  "UBSAN_OPTIONS=print_stacktrace=1"
  "TSAN_OPTIONS=exitcode=99:suppressions=${CMAKE_CURRENT_SOURCE_DIR}/support/tsan.supp")

# live_script_tests(PREFIX LABEL FOLDER)
#   Each *.sh and *.py of FOLDER is one test, PREFIX_<name>.  A script may say what ctest must know of it:
#       # TEST: timeout=120 labels=long,threads processors=2 lock=NAME
#   timeout is in seconds (default 120); long: only in scripts/test --long; threads: also run under
#   ThreadSanitizer; processors: cores that it keeps busy; lock: a name that only one test holds at a time.
#   A script that exits 77 was skipped; it says why.
function(live_script_tests prefix label folder)
  file(GLOB scripts CONFIGURE_DEPENDS ${folder}/*.sh ${folder}/*.py)
  foreach(script ${scripts})
    get_filename_component(behaviour ${script} NAME_WE)
    set(test ${prefix}_${behaviour})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
    set(timeout 120)
    set(labels ${label})
    set(processors 1)
    set(lock "")
    file(STRINGS ${script} words REGEX "^# TEST: ")
    string(REGEX REPLACE "^# TEST: *" "" words "${words}")
    separate_arguments(words)
    foreach(word ${words})
      if(NOT word MATCHES "^(timeout|labels|processors|lock)=(.+)$")
        message(FATAL_ERROR "${script}: '${word}' is not KEY=VALUE of a TEST line")
      endif()
      string(REPLACE "," ";" value "${CMAKE_MATCH_2}")
      if(CMAKE_MATCH_1 STREQUAL "labels")
        list(APPEND labels ${value})
      else()
        set(${CMAKE_MATCH_1} ${value})
      endif()
    endforeach()
    if(script MATCHES "\\.py$")
      add_test(NAME ${test} COMMAND /usr/bin/python3 ${script})
    else()
      add_test(NAME ${test} COMMAND bash ${script})
    endif()
    set_tests_properties(${test} PROPERTIES
      TIMEOUT ${timeout} SKIP_RETURN_CODE 77 LABELS "${labels}" PROCESSORS ${processors} RESOURCE_LOCK "${lock}"
      ENVIRONMENT "${LIVE_TEST_ENVIRONMENT}")
  endforeach()
endfunction()
