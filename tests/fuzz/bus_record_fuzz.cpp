// Any bytes as a record of each topic: refused with a reason or read. What is read keeps the rules, and can be written
// and read again.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "bus/codec.hpp"

namespace {

using namespace sasrec::bus;

constexpr sasrec::base::Time kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);

void expect(bool holds) {
  if (!holds) std::abort();
}

template <class Value>
void expect_reason(const sasrec::base::Result<Value>& refused) {
  expect(refused.error().code == sasrec::base::ErrorCode::kInvalidInput && !refused.error().message.empty());
}

void try_request(const Message& message) {
  const auto request = decode_request(message);
  if (!request) return expect_reason(request);
  expect(check(*request).has_value());
  const auto again = decode_request(encode(*request));
  expect(again && *again == *request);
}

void try_result(const Message& message) {
  const auto result = decode_result(message);
  if (!result) return expect_reason(result);
  expect(result->status != Status::kPending && result->items.size() <= kMaxK);
  const auto again = decode_result(encode(*result));
  expect(again && *again == *result);
}

void try_interactions(const Message& message) {
  const auto interactions = decode_interactions({message, {}}, kNow);
  if (!interactions) return expect_reason(interactions);
  for (const auto& interaction : interactions->rows) expect(check(interaction).has_value());
  if (interactions->rows.empty()) return;
  const auto again = decode_interactions({encode(interactions->rows), {}}, kNow);
  expect(again && again->rows == interactions->rows);
}

void try_items(const Message& message) {
  const auto items = decode_items({message, {}});
  if (!items) return expect_reason(items);
  for (const auto& change : items->rows) {
    expect(!change.item.id.empty() && change.item.title.size() <= kMaxTitleBytes);
    expect(change.item.attributes.size() <= kMaxAttributesBytes && !change.withdrawn);
  }
}

void try_mapped(const Message& message) {
  const std::vector<std::string> entries{"user=/after/u", "item=/after/0", "time=/ts", "kind=/k", "operation=/op"};
  static const auto map = RecordMap::parse(RecordMap::Rows::kInteractions, entries).value();
  const auto interactions = decode_interactions({message, {}}, kNow, map);
  if (!interactions) return expect_reason(interactions);
  for (const auto& interaction : interactions->rows) expect(check(interaction).has_value());
}

void try_model(const Message& message) {
  const auto model = decode_model(message);
  if (!model) return expect_reason(model);
  const auto again = decode_model(encode(*model));
  expect(again && again->version == model->version && again->manifest == model->manifest);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string value(reinterpret_cast<const char*>(data), size);
  try_request({.topic = Topic::kRequests, .value = value, .headers = {{"traceparent", value}}});
  try_result({.topic = Topic::kResults, .value = value});
  try_interactions({.topic = Topic::kInteractions, .value = value});
  try_items({.topic = Topic::kItems, .key = value.substr(0, 8), .value = value});
  try_mapped({.topic = Topic::kInteractions, .value = value});
  try_model({.topic = Topic::kModels, .value = value});
  const auto letter = dead_letter({{.topic = Topic::kRequests, .value = value}, {}}, value);
  expect(header(letter, "topic") == "sasrec.requests" && letter.value == value);
  return 0;
}
