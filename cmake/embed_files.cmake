# embed_files(target HEADER header NAMESPACE namespace [constant file]...): builds files (relative to the project) into a
# target, each as a std::string_view of the namespace; the header declares them. Built again when a file changes.
# Run as a script (cmake -D...=... -P) it writes the source.
if(CMAKE_SCRIPT_MODE_FILE)
  set(source "#include \"${HEADER}\"\n\nnamespace {\n")
  set(constants "")
  string(REPLACE "," ";" pairs "${PAIRS}")
  while(pairs)
    list(POP_FRONT pairs constant file)
    file(READ "${ROOT}/${file}" bytes HEX)
    string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
    string(APPEND source "constexpr char ${constant}Bytes[] = {${bytes}'\\0'};\n")
    string(APPEND constants
           "const std::string_view ${constant}(${constant}Bytes, sizeof ${constant}Bytes - 1);\n")
  endwhile()
  file(WRITE "${OUTPUT}" "${source}}  // namespace\n\nnamespace ${NAMESPACE} {\n${constants}}  // namespace ${NAMESPACE}\n")
  return()
endif()

set(embed_files_script ${CMAKE_CURRENT_LIST_FILE})
function(embed_files target)
  cmake_parse_arguments(arg "" "HEADER;NAMESPACE" "" ${ARGN})
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${target}_files.cpp)
  set(rest ${arg_UNPARSED_ARGUMENTS})
  while(rest)
    list(POP_FRONT rest constant file)
    list(APPEND files ${CMAKE_SOURCE_DIR}/${file})
  endwhile()
  string(REPLACE ";" "," pairs "${arg_UNPARSED_ARGUMENTS}")
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DHEADER=${arg_HEADER} -DNAMESPACE=${arg_NAMESPACE} -DROOT=${CMAKE_SOURCE_DIR} -DPAIRS=${pairs}
            -DOUTPUT=${output} -P ${embed_files_script}
    DEPENDS ${files} ${embed_files_script}
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
