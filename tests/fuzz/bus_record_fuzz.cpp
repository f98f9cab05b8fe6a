// Any bytes as a record of each topic: refused with a reason or read. What is read keeps the rules, and can be written
// and read again.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "pipeline/message_codec.hpp"

namespace {

using namespace sasrec::pipeline;

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
  const auto interactions = decode_interactions({message, {}}, {});
  if (!interactions) return expect_reason(interactions);
  for (const auto& interaction : *interactions) expect(check(interaction).has_value());
  if (interactions->empty()) return;
  const auto again = decode_interactions({encode(*interactions), {}}, {});
  expect(again && *again == *interactions);
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
  try_model({.topic = Topic::kModels, .value = value});
  const auto letter = dead_letter({{.topic = Topic::kRequests, .value = value}, {}}, value);
  expect(header(letter, "topic") == "sasrec.requests" && letter.value == value);
  return 0;
}
