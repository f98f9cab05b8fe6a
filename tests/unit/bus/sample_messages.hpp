#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>

#include "bus/codec.hpp"
#include "support/edit_version.hpp"
#include "support/fakes/sample_records.hpp"

namespace sasrec::bus {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""us;

inline const std::string kTraceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
inline const base::Uuid kId = base::Uuid::parse("0193a5b0-1c2d-7e3f-8a4b-5c6d7e8f9a0b").value();

inline RequestRecord full_request() {
  return {.id = kId,
          .user = "u-1 \"é\"",
          .history = {"i1", "i2", "i2"},
          .k = 20,
          .exclude = {"i9"},
          .categories = {"Comedy"},
          .seen = Seen::kInclude,
          .explain = true,
          .created = test::at(123ms),
          .stored = test::at(125ms) + 1us,
          .deadline = test::at(30'123ms),
          .attempt = 2,
          .traceparent = kTraceparent};
}

inline ResultRecord full_result() {
  auto result = test::sample_result();
  result.id = kId;
  result.unknown_items = 4;
  result.timings = {.database_ms = 2, .bus_ms = 1.5F, .queue_ms = 0.1F, .inference_ms = 0.7F};
  result.traceparent = kTraceparent;
  return result;
}

inline Message message_of(Topic topic, std::string value) {
  return {.topic = topic, .key = "key", .value = std::move(value)};
}

inline Message golden(Topic topic, const char* name) {
  return message_of(topic, test::read_file(std::filesystem::path(SASREC_GOLDEN) / name));
}

}  // namespace sasrec::bus
