// The web page, as it is served.

#include <gmock/gmock.h>

#include <regex>
#include <string>

#include "http/bodies/request_fields.hpp"
#include "http/page_files.hpp"
#include "unit/http/server_fixture.hpp"

namespace sasrec::http {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class PageTest : public ServerFixture {
 protected:
  PageTest() { start(); }
};

TEST_F(PageTest, StandsAtTheRoot) {
  const auto page = get("/");
  EXPECT_EQ(page.status, 200U);
  EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.header("cache-control"), "no-store");
  EXPECT_THAT(page.header("content-security-policy"),
              AllOf(HasSubstr("default-src 'none'"), HasSubstr("script-src 'self'"), HasSubstr("style-src 'self'"),
                    Not(HasSubstr("unsafe"))));
  EXPECT_THAT(page.body, Not(testing::ContainsRegex("<script[^>]*>[^<]")));
  EXPECT_THAT(page.body, Not(HasSubstr("style=")));
}

TEST_F(PageTest, FilesMayBeKeptForEver) {
  const auto page = get("/").body;
  const std::regex reference("(?:src|href)=\"(/assets/[^\"]+)\"");
  int files = 0;
  for (std::sregex_iterator found(page.begin(), page.end(), reference); found != std::sregex_iterator(); ++found) {
    ++files;
    const auto path = (*found)[1].str();
    const auto plain = get(path);
    EXPECT_EQ(plain.status, 200U) << path;
    EXPECT_EQ(plain.header("cache-control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(plain.header("content-encoding"), "");
    const auto small = ask({.path = path, .headers = {"Accept-Encoding: br, gzip"}});
    EXPECT_EQ(small.header("content-encoding"), "gzip");
    EXPECT_EQ(small.header("vary"), "Accept-Encoding");
    EXPECT_EQ(small.body.substr(0, 2), "\x1f\x8b");
    EXPECT_LT(small.body.size(), plain.body.size());
  }
  EXPECT_GE(files, 3) << "script, style and icon";
}

TEST_F(PageTest, FirstLoadIsSmall) {
  const auto page = get("/").body;
  std::size_t bytes = 0;
  for (const auto& file : page_files()) {
    if (page.find(file.name) != std::string::npos) bytes += file.gzip.size();
  }
  EXPECT_GT(bytes, 10'000U);
  EXPECT_LE(bytes, 100'000U);
}

TEST_F(PageTest, OtherNamesAreNotThere) {
  EXPECT_EQ(get("/assets/nothing.js").status, 404U);
  EXPECT_EQ(get("/assets/index.html").status, 404U);
  EXPECT_EQ(get("/assets/..%2findex.html").status, 404U);
}

TEST(AcceptsGzip, IsAskedForByName) {
  EXPECT_TRUE(accepts_gzip("gzip"));
  EXPECT_TRUE(accepts_gzip("deflate, GZIP;q=0.5"));
  EXPECT_FALSE(accepts_gzip(""));
  EXPECT_FALSE(accepts_gzip("br"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0"));
  EXPECT_FALSE(accepts_gzip("br, gzip; q=0.000"));
}

}  // namespace
}  // namespace sasrec::http
