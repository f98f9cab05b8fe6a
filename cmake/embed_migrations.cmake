# Writes the files SQL, named NNNN_name.sql, into the source file OUTPUT. See add_migrations().
set(entries "")
set(expected 1)
list(SORT SQL)
foreach(file IN LISTS SQL)
  get_filename_component(name ${file} NAME_WE)
  if(NOT name MATCHES "^([0-9][0-9][0-9][0-9])_([a-z0-9_]+)$")
    message(FATAL_ERROR "${file}: a migration is called NNNN_name.sql")
  endif()
  set(text_number ${CMAKE_MATCH_1})
  set(label ${CMAKE_MATCH_2})
  math(EXPR number "1${text_number} - 10000")
  if(NOT number EQUAL expected)
    message(FATAL_ERROR "${file}: the next migration's number is ${expected}")
  endif()
  math(EXPR expected "${expected} + 1")
  file(READ ${file} text)
  string(APPEND entries "    Migration{${number}, \"${label}\", R\"SQL(${text})SQL\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// Made by cmake/embed_migrations.cmake.
#include <array>

#include \"${MODULE}/migrations.hpp\"

namespace sasrec::${MODULE} {

std::span<const Migration> built_in_migrations() {
  static constexpr auto kMigrations = std::to_array<Migration>({
${entries}  });
  return kMigrations;
}

}  // namespace sasrec::${MODULE}
")
