# sekisho_module(NAME DEPS ... LIBS ...)
#
# One folder is one static library `sekisho_NAME`; its include root is a directory that holds
# a symbolic link to that folder alone, and a module sees only the roots of the modules it names
# in DEPS (and theirs). An #include against the arrow therefore does not compile.
# `*_test.cpp` beside the code go into the executable `NAME_test`.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(date REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(SIMDJSON REQUIRED IMPORTED_TARGET simdjson)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)

add_library(sekisho_options INTERFACE)
target_compile_options(sekisho_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast
  -Wimplicit-fallthrough -Wno-missing-field-initializers -Wno-unused-command-line-argument
  -fno-omit-frame-pointer -march=x86-64-v2 -mcx16 -pthread
  -Xclang -fno-pch-timestamp)  # lets ccache reuse what includes a precompiled header
target_compile_definitions(sekisho_options INTERFACE FMT_HEADER_ONLY=1
  SEKISHO_VERSION="${PROJECT_VERSION}")
if(SEKISHO_SANITIZE)
  target_compile_options(sekisho_options INTERFACE -fsanitize=${SEKISHO_SANITIZE}
    -fno-sanitize-recover=all)
  target_link_options(sekisho_options INTERFACE -fsanitize=${SEKISHO_SANITIZE})
endif()
target_link_libraries(sekisho_options INTERFACE Threads::Threads)

# Two precompiled headers for all modules: a file of ours is small beside the headers it includes.
file(WRITE ${CMAKE_BINARY_DIR}/precompiled.cpp "")
add_library(sekisho_precompiled_std OBJECT ${CMAKE_BINARY_DIR}/precompiled.cpp)
target_link_libraries(sekisho_precompiled_std PRIVATE sekisho_options)
target_precompile_headers(sekisho_precompiled_std PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled_std.h)
if(SEKISHO_TESTS)
  find_package(GTest REQUIRED)
  add_library(sekisho_precompiled_tests OBJECT ${CMAKE_BINARY_DIR}/precompiled.cpp)
  target_link_libraries(sekisho_precompiled_tests PRIVATE sekisho_options GTest::gtest GTest::gmock)
  target_precompile_headers(sekisho_precompiled_tests PRIVATE
    ${CMAKE_SOURCE_DIR}/cmake/precompiled_tests.h)
endif()

function(sekisho_module NAME)
  cmake_parse_arguments(ARG "" "DIR" "DEPS;LIBS" ${ARGN})
  set(dir ${CMAKE_CURRENT_SOURCE_DIR}/${NAME})
  if(ARG_DIR)
    set(dir ${ARG_DIR})
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${dir}/*.cpp ${dir}/*.c)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|_benchmark|main)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  set(root ${CMAKE_BINARY_DIR}/include/${NAME})
  file(MAKE_DIRECTORY ${root})
  file(CREATE_LINK ${dir} ${root}/${NAME} SYMBOLIC)

  set(target sekisho_${NAME})
  set(kind PUBLIC)
  if(sources)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PUBLIC sekisho_options)
    target_precompile_headers(${target} REUSE_FROM sekisho_precompiled_std)
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE sekisho_options)
    set(kind INTERFACE)
  endif()
  target_include_directories(${target} ${kind} ${root})
  foreach(dep ${ARG_DEPS})
    target_link_libraries(${target} ${kind} sekisho_${dep})
  endforeach()
  target_link_libraries(${target} ${kind} ${ARG_LIBS})

  if(SEKISHO_TESTS AND tests)
    add_executable(${NAME}_test ${tests})
    target_link_libraries(${NAME}_test PRIVATE ${target} gtest gmock gtest_main rapidcheck
      rapidcheck_gtest)
    target_compile_definitions(${NAME}_test PRIVATE
      SEKISHO_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    target_precompile_headers(${NAME}_test REUSE_FROM sekisho_precompiled_tests)
    set_property(GLOBAL APPEND PROPERTY SEKISHO_TEST_TARGETS ${NAME}_test)
  endif()
endfunction()
