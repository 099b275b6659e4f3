# The two functions with which the tree declares itself, and the options that every target shares.

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(LIVE_SANITIZE "" CACHE STRING "sanitizers, as -fsanitize= takes them")

find_program(LIVE_CCACHE ccache)
if(LIVE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${LIVE_CCACHE})
endif()

# Only one job at a time links or compiles what needs a gigabyte.
set_property(GLOBAL PROPERTY JOB_POOLS heavy=1)

add_library(live_options INTERFACE)
target_compile_features(live_options INTERFACE cxx_std_20)
target_compile_options(live_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
  -Wimplicit-fallthrough)
target_include_directories(live_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(live_options INTERFACE
  LIVE_VERSION="${PROJECT_VERSION}" BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION)
if(LIVE_SANITIZE)
  target_compile_options(live_options INTERFACE
    -fsanitize=${LIVE_SANITIZE} -fno-sanitize-recover=all)
  string(REPLACE "fuzzer-no-link," "" live_link_sanitize "${LIVE_SANITIZE}")
  target_link_options(live_options INTERFACE -fsanitize=${live_link_sanitize})
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # clang 14 cannot assemble its prologue of coroutines: "difference across sections".
    target_compile_options(live_options INTERFACE -fno-sanitize=function)
  endif()
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 raises it falsely on Asio's awaitables; -Wtsan on atomic fences inside Asio.
  target_compile_options(live_options INTERFACE -Wno-mismatched-new-delete)
  if(LIVE_SANITIZE MATCHES "thread")
    target_compile_options(live_options INTERFACE -Wno-tsan)
  endif()
endif()

# live_room(NAME SOURCES ... [HEADERS ...] [USES live::other ... | third-party targets])
#   A static library of common/NAME, target live::NAME.  USES is the permission that
#   tests/lint/layers.sh compares with the includes.
function(live_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;USES;SYSTEM" ${ARGN})
  file(GLOB headers CONFIGURE_DEPENDS *.hpp)
  if(ROOM_SOURCES)
    add_library(live_${name} STATIC ${ROOM_SOURCES})
    set(scope PUBLIC)
    target_sources(live_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${headers})
    set_target_properties(live_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  else()
    add_library(live_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(live::${name} ALIAS live_${name})
  target_link_libraries(live_${name} ${scope} live_options ${ROOM_USES})
endfunction()

# live_tool(NAME SOURCES ... [WEB files...] [USES ...])
#   The program NAME (main.cpp) and its object library NAME_objects, which unit tests link too.
#   WEB files become byte arrays in the generated header "web/assets.hpp" (see embed_web.cmake).
function(live_tool name)
  cmake_parse_arguments(TOOL "" "" "SOURCES;USES;WEB" ${ARGN})
  add_library(${name}_objects STATIC ${TOOL_SOURCES})
  target_link_libraries(${name}_objects PUBLIC live_options ${TOOL_USES})
  if(TOOL_WEB)
    list(TRANSFORM TOOL_WEB PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE pages)
    set(out ${CMAKE_CURRENT_BINARY_DIR}/generated/web_assets.cpp)
    add_custom_command(OUTPUT ${out} DEPENDS ${pages} ${PROJECT_SOURCE_DIR}/scripts/embed_web.cmake
      COMMAND ${CMAKE_COMMAND} "-DOUT=${out}" "-DFILES=${pages}" -P ${PROJECT_SOURCE_DIR}/scripts/embed_web.cmake
      VERBATIM)
    target_sources(${name}_objects PRIVATE ${out})
  endif()
  add_executable(${name} main.cpp)
  target_link_libraries(${name} PRIVATE ${name}_objects)
  install(TARGETS ${name} RUNTIME)
  install(FILES ${PROJECT_SOURCE_DIR}/scripts/completions/liveutils.bash RENAME ${name}
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${PROJECT_SOURCE_DIR}/scripts/completions/liveutils.bash
    DESTINATION share/bash-completion/completions RENAME ${name})
  if(EXISTS ${PROJECT_SOURCE_DIR}/man/${name}.1)
    install(FILES ${PROJECT_SOURCE_DIR}/man/${name}.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  endif()
endfunction()
