#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "catalogue/catalogue.hpp"
#include "http/server/exchange.hpp"
#include "http/server/response_stream.hpp"
#include "serving/event_ring.hpp"

namespace sasrec::http {

/// The id of an event: what Last-Event-ID brings back. "<instance>-<sequence>-<microseconds>": its place in the
/// ring of one process, and its time, by which another process resumes.
struct EventId {
  std::string_view instance;
  std::uint64_t sequence = 0;
  base::Time at;

  /// None if it isn't one of ours.
  static std::optional<EventId> parse(std::string_view text);
  std::string text() const;
};

/// The events of a ring as server-sent events, from `after` on, before them `missed`: results of the time in which
/// nobody listened. Many that wait go out together, at most a hundred times a second.
class EventStream final : public ResponseStream {
 public:
  struct Sources {
    const serving::EventRing& events;
    const catalogue::CatalogueCache& catalogue;
    std::shared_ptr<Mailbox> mailbox;  // shared with callbacks that come when the connection is gone
  };
  struct Start {
    std::uint64_t after = 0;
    bool resumed = false;  ///< it goes on where the client was
    std::vector<bus::ResultRecord> missed;
  };

  EventStream(Sources sources, const Limits& limits, Start start);
  ~EventStream() override;

  Task<bool> next(Waiter& waiter, std::string& piece) override;

 private:
  using Clock = Waiter::Clock;
  struct Wakeup;

  void open(std::string& piece);
  void collect(std::string& piece);
  Task<void> wait_for_event(Waiter& waiter, Clock::time_point until);

  Sources sources_;
  const std::chrono::milliseconds heartbeat_;
  const Clock::time_point end_;
  Start start_;
  std::uint64_t sequence_;
  bool opened_ = false;
  Clock::time_point sent_{};
  std::shared_ptr<Wakeup> wakeup_;  // shared with callbacks that come later
};

}  // namespace sasrec::http
