# add_module(name [DEPENDS module...] [LINK library...] [PRIVATE_LINK library...]): the sources of src/<name>/ and its folders as the
# library sasrec_<name>.
function(add_module name)
  cmake_parse_arguments(arg "" "" "DEPENDS;LINK;PRIVATE_LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  add_library(sasrec_${name} STATIC ${sources})
  target_include_directories(sasrec_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  list(TRANSFORM arg_DEPENDS PREPEND sasrec_ OUTPUT_VARIABLE modules)
  target_link_libraries(sasrec_${name} PUBLIC ${modules} ${arg_LINK} PRIVATE ${arg_PRIVATE_LINK} $<BUILD_INTERFACE:sasrec_flags>)
endfunction()

# compile_in_units(target count [file...]): with SASREC_UNITY, `count` files at a time: reading headers is most of the work. Two files of a
# unit may not give a name of their own to different things; the files named are compiled alone.
function(compile_in_units target count)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${SASREC_UNITY} UNITY_BUILD_BATCH_SIZE ${count})
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  if(SASREC_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # Types of a .cpp file that another file includes look to gcc like types of a header.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
endfunction()

# add_module_test(name [LINK library...]): the sources of tests/unit/<name>/ as the program <name>_test, one CTest entry per test.
function(add_module_test name)
  cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/unit/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_test ${sources})
  target_include_directories(${name}_test PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${name}_test PRIVATE sasrec_${name} ${arg_LINK} sasrec_flags GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST)
endfunction()

# add_migrations(module): src/<module>/migrations/NNNN_name.sql become sasrec::<module>::built_in_migrations().
function(add_migrations module)
  file(GLOB sql CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${module}/migrations/*.sql)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${module}_migrations.cpp)
  set(script ${CMAKE_SOURCE_DIR}/cmake/embed_migrations.cmake)
  add_custom_command(OUTPUT ${output} DEPENDS ${sql} ${script} VERBATIM
                     COMMAND ${CMAKE_COMMAND} -DMODULE=${module} "-DSQL=${sql}" -DOUTPUT=${output} -P ${script})
  target_sources(sasrec_${module} PRIVATE ${output})
endfunction()
