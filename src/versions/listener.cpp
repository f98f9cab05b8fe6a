#include "versions/listener.hpp"

#include <spdlog/spdlog.h>

#include <optional>
#include <utility>
#include <vector>

#include "bus/codec.hpp"

namespace sasrec::versions {

Listener::Listener(bus::Bus& bus, std::function<void(const bus::ModelAnnouncement&)> heard)
    : bus_(bus), heard_(std::move(heard)) {}

// Announcements are hints, so an unreadable one is logged and forgotten: the loader looks at CURRENT by itself.
void Listener::run(const std::stop_token& stop) {
  constexpr std::chrono::milliseconds kPollWait(100);
  constexpr std::size_t kMax = 100;
  const auto subscription = bus_.subscribe(bus::Topic::kModels, bus::Group::kEverybody);
  std::vector<bus::Record> records;
  while (!stop.stop_requested()) {
    records.clear();
    subscription->poll(records, kMax, kPollWait);
    std::optional<bus::ModelAnnouncement> last;
    for (const auto& record : records) {
      auto model = bus::decode_model(record.message);
      if (model) {
        last = std::move(*model);
      } else {
        spdlog::warn("an announcement on {} can't be read: {}", name(bus::Topic::kModels), model.error().message);
      }
    }
    if (last) heard_(*last);
  }
}

}  // namespace sasrec::versions
