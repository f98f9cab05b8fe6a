# What a build can be asked for, and the flags that follow from it.
option(SASREC_TRAINING "Build the trainer (needs LibTorch)" ON)
option(SASREC_TESTS "Build the tests" ON)
option(SASREC_PROGRAM_TESTS "With them, those that start programs, PostgreSQL and Kafka" ON)
option(SASREC_BENCHMARKS "Build the benchmarks" OFF)
option(SASREC_UNITY "Compile the largest modules in few large units: a third of the time, for who compiles them once" OFF)
option(SASREC_FUZZ "Build the fuzzers (needs clang)" OFF)
option(SASREC_TIDY "Run clang-tidy on each file as it is compiled" OFF)
set(SASREC_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")
include(needs)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
# Asserts stay on in release builds; kernels turn them off for themselves.
set(CMAKE_CXX_FLAGS_RELEASE "-O3")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g")

need_program(SASREC_CCACHE ccache)
if(SASREC_CCACHE)
  # The cache lies outside the clone; with a base folder and no hashed working folder a second clone finds what the first compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${SASREC_CCACHE})
endif()
if(SASREC_TIDY)
  need_program(SASREC_CLANG_TIDY clang-tidy-19 REQUIRED)
  set(CMAKE_CXX_CLANG_TIDY ${SASREC_CLANG_TIDY} --quiet)
endif()

add_library(sasrec_flags INTERFACE)
target_compile_options(sasrec_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
                       -Wold-style-cast -Woverloaded-virtual -Wunused -Werror
                       -Wno-missing-field-initializers  # designated initialisers name what differs from the default
                       # gcc 12 sees overflows in fmt's inlined buffers and overlaps in "text" + string that aren't there
                       $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow;-Wno-restrict>
                       # clang's -Wconversion includes signs, gcc's doesn't; libstdc++ 12's stable_sort is "deprecated"
                       $<$<CXX_COMPILER_ID:Clang>:-Wno-sign-conversion;-Wno-deprecated-declarations>)
if(SASREC_SANITIZE)
  target_compile_options(sasrec_flags INTERFACE -fsanitize=${SASREC_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all)
  target_link_options(sasrec_flags INTERFACE -fsanitize=${SASREC_SANITIZE})
  if(SASREC_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # Boost.Asio has a fence, which ThreadSanitizer does not model; it sees the mutexes beside it. And in its coroutines
    # gcc 12 inlines new but not delete, and takes them for a pair that doesn't match.
    target_compile_options(sasrec_flags INTERFACE -Wno-tsan -Wno-mismatched-new-delete)
  endif()
endif()
if(SASREC_FUZZ)
  target_compile_options(sasrec_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
