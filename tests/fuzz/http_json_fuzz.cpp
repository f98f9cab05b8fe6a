// Any text as the body of a request: refused with a problem that can be written, or read. What is read keeps to the
// rules of what it became, and reading it again gives the same.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/bodies/interaction_body.hpp"
#include "http/bodies/item_body.hpp"
#include "http/bodies/json_document.hpp"
#include "http/bodies/recommendation_body.hpp"
#include "http/query.hpp"

namespace {

using namespace sasrec;

constexpr base::Time kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);

void expect(bool holds) {
  if (!holds) std::abort();
}

/// A problem names what is wrong, in JSON.
void expect_told(const http::Problem& problem) {
  expect(problem.status == 400 || problem.status == 422);
  expect((problem.status == 422) == !problem.errors.empty());
  expect(!problem.detail.empty());
  expect(http::parse_json(http::to_response(problem).body).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);

  const auto interactions = http::decode_interactions(text, "scope", kNow);
  if (interactions) {
    for (const auto& interaction : *interactions) expect(bus::check(interaction).has_value());
    expect(http::decode_interactions(text, "scope", kNow).value() == *interactions);
  } else {
    expect_told(interactions.error());
  }

  const auto request = http::decode_recommendation(text);
  if (request) {
    expect(bus::check(request->message).has_value());
    expect(http::fingerprint(*request) == http::fingerprint(http::decode_recommendation(text).value()));
  } else {
    expect_told(request.error());
  }

  const auto batch = http::decode_batch(text);
  if (batch) {
    for (const auto& element : *batch) {
      if (element) {
        expect(bus::check(element->message).has_value());
      } else {
        expect_told(element.error());
      }
    }
  } else {
    expect_told(batch.error());
  }

  const auto items = http::decode_items(text);
  if (items) {
    for (const auto& item : *items) expect(http::parse_json(item.attributes).has_value());
  } else {
    expect_told(items.error());
  }

  http::QueryReader query(text);
  query.text("query", 256);
  query.number("limit", 1, 100, 10);
  if (const auto problem = query.problem()) expect_told(*problem);
  return 0;
}
