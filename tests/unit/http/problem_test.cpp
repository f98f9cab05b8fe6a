#include "http/problem.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/json_writer.hpp"

namespace sasrec::http {
namespace {

using base::Error;
using base::ErrorCode;

TEST(Problem, IsADocumentOfRfc9457) {
  std::string json;
  append_problem(json, {.status = 404, .detail = R"(there is no "x")"});
  EXPECT_EQ(json, R"({"type":"about:blank","title":"Not Found","status":404,"detail":"there is no \"x\""})");
  json.clear();
  append_problem(json, {.status = 503, .detail = "d"},
                 [](base::JsonObject& document) { document.texts("checks", {}); });
  EXPECT_EQ(json, R"({"type":"about:blank","title":"Service Unavailable","status":503,"detail":"d","checks":[]})");
}

TEST(Problem, SaysWhereEachWrongValueIs) {
  const auto problem = wrong_values({{FieldError::In::kBody, "/items/0", "is missing"},
                                     {FieldError::In::kParameter, "k", "must be a number"},
                                     {FieldError::In::kHeader, "Prefer", "is too long"}});
  EXPECT_EQ(problem.status, 422U);
  EXPECT_EQ(problem.detail, "/items/0 is missing, and 2 more");
  const auto response = to_response(problem);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_TRUE(response.body.ends_with(R"("errors":[{"pointer":"/items/0","detail":"is missing"},)"
                                      R"({"parameter":"k","detail":"must be a number"},)"
                                      R"({"header":"Prefer","detail":"is too long"}]})"))
      << response.body;
}

TEST(Problem, AnErrorOfTheWholeBodyNamesTheBody) {
  EXPECT_EQ(wrong_values({{FieldError::In::kBody, "", "must be an object"}}).detail, "the body must be an object");
}

TEST(Problem, EachErrorCodeHasItsStatus) {
  const auto status = [](ErrorCode code) {
    return to_problem(Error{code, "m"}).status;
  };
  EXPECT_EQ(status(ErrorCode::kInvalidInput), 422U);
  EXPECT_EQ(status(ErrorCode::kNotFound), 404U);
  for (const auto code : {ErrorCode::kOverloaded, ErrorCode::kUnavailable, ErrorCode::kExpired}) {
    EXPECT_EQ(status(code), 503U);
    EXPECT_GT(to_problem(Error{code, "m"}).retry_after, 0U);
  }
  for (const auto code : {ErrorCode::kCorrupt, ErrorCode::kIo, ErrorCode::kInternal}) EXPECT_EQ(status(code), 500U);
}

TEST(Problem, TheInsideOfTheServiceIsNotShown) {
  for (const auto code : {ErrorCode::kUnavailable, ErrorCode::kCorrupt, ErrorCode::kIo, ErrorCode::kInternal}) {
    EXPECT_EQ(to_problem(Error{code, "password of 10.0.0.1"}).detail.find("password"), std::string::npos);
  }
  EXPECT_EQ(to_problem(Error{ErrorCode::kNotFound, "there is no item x"}).detail, "there is no item x");
}

TEST(Problem, RetryAfterIsAHeader) {
  const auto response = to_response({.status = 503, .detail = "d", .retry_after = 7});
  ASSERT_EQ(response.headers.size(), 1U);
  EXPECT_EQ(response.headers.front().first, "Retry-After");
  EXPECT_EQ(response.headers.front().second, "7");
  EXPECT_TRUE(to_response({.status = 404, .detail = "d"}).headers.empty());
}

}  // namespace
}  // namespace sasrec::http
