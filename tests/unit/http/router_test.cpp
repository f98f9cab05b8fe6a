#include "http/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "http/embedded_files.hpp"

namespace sasrec::http {
namespace {

using testing::ElementsAre;

Match match(Method method, std::string_view path) {
  return find_endpoint(endpoints(), method, path);
}

TEST(Router, FindsRoutesAndTheirValues) {
  EXPECT_EQ(match(Method::kPost, "/v1/recommendations").route, "/v1/recommendations");
  const auto similar = match(Method::kGet, "/v1/items/a%2Fb%20%C3%A4/similar");
  ASSERT_NE(similar.endpoint, nullptr);
  EXPECT_EQ(similar.route, "/v1/items/{id}/similar");
  EXPECT_THAT(similar.path_values, ElementsAre("a/b ä"));
  EXPECT_EQ(match(Method::kHead, "/healthz").endpoint, match(Method::kGet, "/healthz").endpoint);
}

TEST(Router, WrittenOutRoutesGoFirst) {
  EXPECT_EQ(match(Method::kPost, "/v1/recommendations/batch").route, "/v1/recommendations/batch");
  EXPECT_EQ(match(Method::kGet, "/v1/recommendations/batch").endpoint, nullptr);
  EXPECT_EQ(match(Method::kGet, "/v1/recommendations/x").route, "/v1/recommendations/{id}");
}

TEST(Router, KnowsNoOthers) {
  for (const auto* path : {"", "/v1", "/v1/items/", "/v1/items//similar", "/v1/users/a/b/c", "/healthz/", "/V1/items",
                           "v1/items", "//v1/items"}) {
    EXPECT_EQ(match(Method::kGet, path).route, "") << path;
  }
}

TEST(Router, SaysWhatIsAllowed) {
  EXPECT_EQ(match(Method::kPost, "/v1/items").allow, "PUT, GET, HEAD, OPTIONS");
  EXPECT_EQ(match(Method::kOther, "/v1/users/u").allow, "DELETE, OPTIONS");
}

TEST(Router, NoticesWhatIsNotPercentEncodedUtf8) {
  EXPECT_FALSE(match(Method::kGet, "/v1/items/%ff").readable);
  EXPECT_FALSE(match(Method::kGet, "/v1/items/%2").readable);
}

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

}  // namespace
}  // namespace sasrec::http
