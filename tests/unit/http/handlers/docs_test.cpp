#include <fmt/format.h>
#include <gmock/gmock.h>

#include <regex>

#include "unit/http/server_fixture.hpp"

namespace sasrec::http {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class DocsPages : public ServerFixture {};

TEST_F(DocsPages, AreServedWithTheirFiles) {
  start();
  EXPECT_THAT(get("/openapi.yaml").body, StartsWith("openapi: 3.1"));
  EXPECT_EQ(get("/openapi.yaml").header("content-type"), "application/yaml");
  const auto page = get("/docs");
  EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8");
  EXPECT_THAT(page.header("content-security-policy"), HasSubstr("script-src 'self';"));
  const std::regex reference("(?:src|href)=\"(/docs/[^\"]+)\"");
  int files = 0;
  for (std::sregex_iterator found(page.body.begin(), page.body.end(), reference); found != std::sregex_iterator();
       ++found, ++files) {
    EXPECT_EQ(get((*found)[1].str()).status, 200U) << (*found)[1];
  }
  EXPECT_EQ(files, 3) << "icon, style and script";
  const auto script = get("/docs/docs.js");
  EXPECT_EQ(script.header("content-type"), "text/javascript; charset=utf-8");
  for (const auto* part : {"yaml.js", "example.js", "try.js"}) {
    EXPECT_THAT(script.body, HasSubstr(fmt::format("'/docs/{}'", part)));
    EXPECT_EQ(get(fmt::format("/docs/{}", part)).header("content-type"), "text/javascript; charset=utf-8");
  }
  EXPECT_EQ(get("/docs/docs.css").header("content-type"), "text/css; charset=utf-8");
  EXPECT_EQ(get("/docs/docs.html").status, 404U);
}

}  // namespace
}  // namespace sasrec::http
