# embed_page(target): builds the web page (web/) into a target, as the table that http/page_files.hpp declares. Built again
# when a file of it changes.
function(embed_page target)
  set(page ${CMAKE_SOURCE_DIR}/web)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${page}/src/*)
  list(FILTER files EXCLUDE REGEX "/schema\\.d\\.ts$")
  set(output ${CMAKE_CURRENT_BINARY_DIR}/page/page_files.cpp)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_SOURCE_DIR}/tools/page.sh build ${CMAKE_CURRENT_BINARY_DIR}/page
    DEPENDS ${files} ${page}/index.html ${page}/pack.js ${page}/package.json ${page}/package-lock.json ${page}/vite.config.ts
            ${CMAKE_SOURCE_DIR}/docs/openapi.yaml ${CMAKE_SOURCE_DIR}/tools/page.sh
    COMMENT "Building the web page"
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
