#pragma once

#include <chrono>
#include <string>

#include "bus/records.hpp"

namespace sasrec::test {

/// 2026-11-22T15:30:00Z, and so many milliseconds later.
inline base::Time at(std::chrono::milliseconds later = {}) {
  return base::Time(std::chrono::seconds(1'795'361'400)) + later;
}

/// A request that was made at at(), has half a minute, and differs from others by its id.
inline bus::RequestRecord sample_request(std::vector<std::string> history = {"item-1", "item-2"}) {
  using std::chrono_literals::operator""ms;
  return {.id = base::Uuid::make(),
          .user = "u1",
          .history = std::move(history),
          .k = 3,
          .created = at(),
          .stored = at(2ms),
          .deadline = at(30'000ms)};
}

inline bus::ResultRecord sample_result() {
  using std::chrono_literals::operator""ms;
  return {.id = base::Uuid::make(),
          .user = "u1",
          .status = bus::Status::kDone,
          .model = "20261122T153000Z-000007",
          .source = "model",
          .items = {{"item-7", 3.25F}, {"item-3", -0.5F}},
          .created = at(),
          .deadline = at(30'000ms),
          .finished = at(7ms)};
}

inline bus::Interaction sample_interaction(std::string id) {
  return {.id = std::move(id), .user = "u1", .item = "item-1", .time = at(), .kind = "view"};
}

}  // namespace sasrec::test
