#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bus/bus.hpp"

namespace sasrec::test {

/// A bus within a test: one partition per topic, nothing is ever removed, and it can be told to go wrong. Thread-safe.
/// What await_ functions wait for must come within ten seconds; they return false otherwise.
class FakeBus : public bus::Bus {
 public:
  FakeBus();
  ~FakeBus() override;

  base::Result<void> publish(bus::Message message, Delivered delivered) override;
  std::unique_ptr<bus::Subscription> subscribe(bus::Topic topic, bus::Group group) override;
  bool flush(std::chrono::milliseconds wait) override;
  base::Result<void> health() const override;
  std::size_t queued() const override;
  std::size_t lag(bus::Topic topic) const override;
  base::Result<bus::Progress> progress(bus::Topic topic, bus::Group group) const override;

  /// Messages are delivered within publish() (how it begins), or kept until deliver_held().
  void hold_deliveries();
  /// Delivers what is held, and goes on delivering within publish().
  void deliver_held();
  /// Ends what is held with an error; the messages are nowhere. Goes on delivering within publish().
  void fail_held();

  /// The next `count` messages are accepted, but delivered with an error of `code`.
  void fail_deliveries(std::size_t count, base::ErrorCode code = base::ErrorCode::kUnavailable);
  /// The next `count` calls of publish() are refused with `code`, as if the local queue were full or the message too
  /// large.
  void refuse(std::size_t count, base::ErrorCode code = base::ErrorCode::kOverloaded);
  /// Messages with longer values are refused with kInvalidInput.
  void set_largest(std::size_t bytes);
  /// While it is down nothing is read and health() fails; what is published is held.
  void go_down();
  void come_back();

  /// Makes the group look `records` further behind than it is, as one whose members are away.
  void pretend_unread(bus::Topic topic, std::int64_t records);

  /// Puts a record in as others would.
  void add(bus::Message message);

  std::vector<bus::Message> published(bus::Topic topic) const;  ///< delivered, or put in by add()
  std::size_t acknowledged(bus::Topic topic) const;             ///< records, by any group
  std::size_t refused() const;                                  ///< calls of publish() that were refused
  std::size_t commits() const;

  bool await_published(bus::Topic topic, std::size_t count) const;
  bool await_acknowledged(bus::Topic topic, std::size_t count) const;
  bool await_taken(bus::Topic topic, std::size_t count) const;  ///< records read by a group, acknowledged or not
  bool await_queued(std::size_t count) const;
  bool await_refused(std::size_t count) const;
  bool await_subscriptions(std::size_t count) const;  ///< open ones, of all topics

 private:
  friend class FakeSubscription;
  struct State;
  std::shared_ptr<State> state_;  // shared with subscriptions, which may outlive the bus in a test that goes wrong
};

}  // namespace sasrec::test
