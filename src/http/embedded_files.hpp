#pragma once

#include <string_view>

namespace sasrec::http {

// Files of docs/ and the page's icon, built into the program (cmake/embed_files.cmake).

extern const std::string_view kOpenapiYaml;
extern const std::string_view kDocsPage;
extern const std::string_view kDocsScript;
extern const std::string_view kDocsYaml;
extern const std::string_view kDocsExample;
extern const std::string_view kDocsTry;
extern const std::string_view kDocsStyle;
extern const std::string_view kDocsIcon;

}  // namespace sasrec::http
