#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "http/embedded_files.hpp"
#include "http/handlers/handlers.hpp"
#include "http/problem.hpp"

namespace sasrec::http {
namespace {

constexpr std::string_view kScript = "text/javascript; charset=utf-8";
constexpr std::string_view kStyle = "text/css; charset=utf-8";
constexpr std::string_view kIcon = "image/svg+xml";

struct DocsFile {
  std::string_view name;
  std::string_view content_type;
  const std::string_view* body;  // the constants are set before main(), but in no order that this table could rely on
};

// A list and not a folder: a name in a path can reach nothing else.
constexpr std::array kFiles{
    DocsFile{"docs.js", kScript, &kDocsScript},     DocsFile{"yaml.js", kScript, &kDocsYaml},
    DocsFile{"example.js", kScript, &kDocsExample}, DocsFile{"try.js", kScript, &kDocsTry},
    DocsFile{"docs.css", kStyle, &kDocsStyle},      DocsFile{"icon.svg", kIcon, &kDocsIcon},
};

Response file(std::string_view content_type, std::string_view body) {
  return {.content_type = content_type, .body = std::string(body)};
}

}  // namespace

Task<Response> get_openapi(Exchange&) {
  co_return file("application/yaml", kOpenapiYaml);
}

Task<Response> get_docs(Exchange&) {
  auto page = file("text/html; charset=utf-8", kDocsPage);
  page.headers.emplace_back("Content-Security-Policy",
                            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                            "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  co_return page;
}

Task<Response> get_docs_file(Exchange& exchange) {
  const auto* found = std::ranges::find(kFiles, exchange.request.path_values.front(), &DocsFile::name);
  if (found == kFiles.end())
    co_return to_response({.status = 404, .detail = "the page has no such file: load it anew"});
  co_return file(found->content_type, *found->body);
}

}  // namespace sasrec::http
