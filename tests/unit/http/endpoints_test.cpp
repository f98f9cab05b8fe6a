#include "http/endpoints.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include "http/embedded_files.hpp"

namespace sasrec::http {
namespace {

/// "GET /v1/items" of each operation in the document, read by its layout: paths at two spaces, methods at four.
std::set<std::string> documented_operations(std::string_view document) {
  std::set<std::string> operations;
  std::istringstream lines{std::string(document)};
  std::string path;
  bool within = false;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.front() != ' ' && line.front() != '#') within = line == "paths:";
    if (!within) continue;
    if (line.starts_with("  /")) {
      path = line.substr(2, line.find(':') - 2);
    } else if (line.starts_with("    ") && line.size() > 4 && line[4] != ' ' && line.back() == ':') {
      auto method = line.substr(4, line.size() - 5);
      for (auto& letter : method) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
      if (parse_method(method) != Method::kOther) operations.insert(method.append(" ").append(path));
    }
  }
  return operations;
}

TEST(Endpoints, AreThoseOfTheOpenapiDocument) {
  std::set<std::string> served;
  for (const auto& endpoint : endpoints()) {
    served.insert(std::string(to_string(endpoint.method)) + ' ' + std::string(endpoint.route));
  }
  EXPECT_EQ(served.size(), endpoints().size());
  EXPECT_EQ(documented_operations(kOpenapiYaml), served);
}

TEST(Endpoints, OfARoleWithoutAnApiTellHowItIs) {
  std::set<std::string_view> served;
  for (const auto& endpoint : operations()) served.insert(endpoint.route);
  EXPECT_EQ(served, (std::set<std::string_view>{"/healthz", "/readyz", "/metrics"}));
}

TEST(Endpoints, OnlyReadingThePageNeedsNoKeyAndOnlyWritingTakesABody) {
  for (const auto& endpoint : endpoints()) {
    // What needs no key is the page, the documentation, and whether the process lives.
    if (!endpoint.scope) {
      EXPECT_EQ(endpoint.method, Method::kGet) << endpoint.route;
      EXPECT_FALSE(endpoint.route.starts_with("/v1/")) << endpoint.route;
    }
    EXPECT_EQ(
        endpoint.body == BodyKind::kNone,
        endpoint.method != Method::kPut && (endpoint.method != Method::kPost || endpoint.route.ends_with("activate") ||
                                            endpoint.route.ends_with("training-runs")))
        << endpoint.route;
  }
}

}  // namespace
}  // namespace sasrec::http
