#include "pipeline/model_listener.hpp"

#include <spdlog/spdlog.h>

#include <optional>
#include <utility>
#include <vector>

#include "pipeline/message_codec.hpp"

namespace sasrec::pipeline {

ModelListener::ModelListener(Bus& bus, std::function<void(const ModelMessage&)> heard)
    : bus_(bus), heard_(std::move(heard)) {}

void ModelListener::run(const std::stop_token& stop) {
  constexpr std::chrono::milliseconds kPollWait(100);
  constexpr std::size_t kMost = 100;
  const auto subscription = bus_.subscribe(Topic::kModels, Group::kEverybody);
  std::vector<Record> records;
  while (!stop.stop_requested()) {
    records.clear();
    subscription->poll(records, kMost, kPollWait);
    std::optional<ModelMessage> last;
    for (const auto& record : records) {
      auto model = decode_model(record.message);
      if (model) {
        last = std::move(*model);
      } else {
        spdlog::warn("an announcement on {} can't be read: {}", name(Topic::kModels), model.error().message);
      }
    }
    if (last) heard_(*last);
  }
}

}  // namespace sasrec::pipeline
