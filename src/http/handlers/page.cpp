#include <algorithm>
#include <string>

#include "http/bodies/request_fields.hpp"
#include "http/handlers/handlers.hpp"
#include "http/page_files.hpp"
#include "http/problem.hpp"

namespace sasrec::http {
namespace {

/// A file of the page, as the client can take it.
Response answer(const Exchange& exchange, const PageFile& file) {
  const bool gzip = accepts_gzip(exchange.request.accept_encoding);
  Response response{.content_type = file.content_type, .body = std::string(gzip ? file.gzip : file.body)};
  if (gzip) response.headers.emplace_back("Content-Encoding", "gzip");
  response.headers.emplace_back("Vary", "Accept-Encoding");
  return response;
}

const PageFile* find_file(std::string_view name) {
  const auto files = page_files();
  const auto found = std::ranges::find(files, name, &PageFile::name);
  return found == files.end() ? nullptr : &*found;
}

}  // namespace

Task<Response> get_page(Exchange& exchange) {
  auto page = answer(exchange, *find_file("index.html"));
  page.headers.emplace_back("Content-Security-Policy",
                            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                            "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  co_return page;
}

Task<Response> get_page_asset(Exchange& exchange) {
  const auto& name = exchange.request.path_values.front();
  const auto* file = name == "index.html" ? nullptr : find_file(name);
  if (file == nullptr) co_return to_response({.status = 404, .detail = "the page has no such file: load it anew"});
  auto asset = answer(exchange, *file);
  // Its name says its content.
  asset.headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
  co_return asset;
}

}  // namespace sasrec::http
