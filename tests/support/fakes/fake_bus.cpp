#include "support/fakes/fake_bus.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <utility>

namespace sasrec::test {

using base::ErrorCode;
using base::fail;
using bus::Group;
using bus::kTopics;
using bus::Message;
using bus::Position;
using bus::Record;
using bus::Topic;

namespace {

constexpr std::chrono::seconds kPatience(10);

struct Held {
  Message message;
  bus::Bus::Delivered delivered;
};

/// How far a group has come with a topic.
struct GroupState {
  std::set<std::size_t> waiting;                 // records that nobody has
  std::map<std::size_t, std::uint64_t> in_work;  // record -> who has it
  std::size_t acknowledged = 0;
};

struct TopicState {
  std::deque<Message> records;
  std::map<Group, GroupState> groups;  // kEverybody is none
  std::int64_t unread = 0;             // see pretend_unread()
};

std::size_t number(Topic topic) {
  return static_cast<std::size_t>(topic);
}

}  // namespace

struct FakeBus::State {
  mutable std::mutex mutex;
  mutable std::condition_variable changed;
  std::array<TopicState, kTopics> topics;
  std::vector<Held> held;
  bool holds = false;
  bool down = false;
  std::size_t failing = 0;
  ErrorCode failure = ErrorCode::kUnavailable;
  std::size_t refusing = 0;
  ErrorCode refusal = ErrorCode::kOverloaded;
  std::optional<std::size_t> largest;
  std::size_t refused = 0;
  std::size_t commits = 0;
  std::size_t subscriptions = 0;
  std::uint64_t next_subscription = 1;

  void append(Message message) {  // with the mutex held
    auto& topic = topics[number(message.topic)];
    for (auto& [group, state] : topic.groups) state.waiting.insert(topic.records.size());
    topic.records.push_back(std::move(message));
    changed.notify_all();
  }

  template <class Predicate>
  bool await(Predicate predicate) const {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, kPatience, predicate);
  }

  std::size_t acknowledged(Topic topic) const {
    std::size_t count = 0;
    for (const auto& [group, state] : topics[number(topic)].groups) count += state.acknowledged;
    return count;
  }
};

class FakeSubscription : public bus::Subscription {
 public:
  FakeSubscription(std::shared_ptr<FakeBus::State> state, Topic topic, Group group)
      : state_(std::move(state)), topic_(topic), group_(group) {
    const std::scoped_lock lock(state_->mutex);
    id_ = state_->next_subscription++;
    ++state_->subscriptions;
    next_ = this->topic().records.size();
    if (group_ != Group::kEverybody && !this->topic().groups.contains(group_)) {
      auto& waiting = this->topic().groups[group_].waiting;
      for (std::size_t record = 0; record < next_; ++record) waiting.insert(record);
    }
    state_->changed.notify_all();
  }

  ~FakeSubscription() override {
    const std::scoped_lock lock(state_->mutex);
    --state_->subscriptions;
    if (group_ != Group::kEverybody) {
      auto& group = topic().groups[group_];
      std::erase_if(group.in_work, [&](const auto& record) {
        if (record.second != id_) return false;
        group.waiting.insert(record.first);
        return true;
      });
    }
    state_->changed.notify_all();
  }

  void poll(std::vector<Record>& records, std::size_t max_count, std::chrono::milliseconds wait) override {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait_for(lock, wait, [&] { return !state_->down && any(); });
    if (state_->down) return;
    for (std::size_t taken = 0; taken < max_count && any(); ++taken) {
      const auto record = take();
      records.push_back({topic().records[record], {0, static_cast<std::int64_t>(record), id_}});
    }
  }

  void acknowledge(const Position& position) override {
    const std::scoped_lock lock(state_->mutex);
    if (group_ == Group::kEverybody) return;
    auto& group = topic().groups[group_];
    const auto found = group.in_work.find(static_cast<std::size_t>(position.offset));
    if (found == group.in_work.end() || found->second != position.assignment) return;
    group.in_work.erase(found);
    ++group.acknowledged;
    state_->changed.notify_all();
  }

  void commit(std::chrono::milliseconds) override {
    const std::scoped_lock lock(state_->mutex);
    ++state_->commits;
  }

 private:
  TopicState& topic() { return state_->topics[number(topic_)]; }

  bool any() {
    return group_ == Group::kEverybody ? next_ < topic().records.size() : !topic().groups[group_].waiting.empty();
  }

  std::size_t take() {
    if (group_ == Group::kEverybody) return next_++;
    auto& group = topic().groups[group_];
    const auto record = *group.waiting.begin();
    group.waiting.erase(group.waiting.begin());
    group.in_work[record] = id_;
    state_->changed.notify_all();
    return record;
  }

  std::shared_ptr<FakeBus::State> state_;
  Topic topic_;
  Group group_;
  std::uint64_t id_ = 0;
  std::size_t next_ = 0;  // of kEverybody
};

FakeBus::FakeBus() : state_(std::make_shared<State>()) {}
FakeBus::~FakeBus() = default;

base::Result<void> FakeBus::publish(Message message, Delivered delivered) {
  base::Result<void> outcome;
  {
    const std::scoped_lock lock(state_->mutex);
    const bool too_large = state_->largest && message.value.size() > *state_->largest;
    if (state_->refusing > 0 || too_large) {
      const auto code = too_large ? ErrorCode::kInvalidInput : state_->refusal;
      if (!too_large) --state_->refusing;
      ++state_->refused;
      state_->changed.notify_all();
      return fail(code, "the fake bus refuses");
    }
    if (state_->holds || state_->down) {
      state_->held.push_back({std::move(message), std::move(delivered)});
      state_->changed.notify_all();
      return {};
    }
    if (state_->failing > 0) {
      --state_->failing;
      outcome = fail(state_->failure, "the fake bus fails");
    } else {
      state_->append(std::move(message));
    }
  }
  delivered(outcome);
  return {};
}

std::unique_ptr<bus::Subscription> FakeBus::subscribe(Topic topic, Group group) {
  return std::make_unique<FakeSubscription>(state_, topic, group);
}

bool FakeBus::flush(std::chrono::milliseconds wait) {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, wait, [&] { return state_->held.empty(); });
}

base::Result<void> FakeBus::health() const {
  const std::scoped_lock lock(state_->mutex);
  if (state_->down) return fail(ErrorCode::kUnavailable, "the fake bus is down");
  return {};
}

std::size_t FakeBus::queued() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->held.size();
}

std::size_t FakeBus::lag(Topic topic) const {
  const std::scoped_lock lock(state_->mutex);
  const auto& asked = state_->topics[number(topic)];
  std::size_t max_count = 0;
  for (const auto& [group, state] : asked.groups)
    max_count = std::max(max_count, asked.records.size() - state.acknowledged);
  return max_count;
}

base::Result<bus::Progress> FakeBus::progress(Topic topic, Group group) const {
  const std::scoped_lock lock(state_->mutex);
  if (state_->down) return fail(ErrorCode::kUnavailable, "the fake bus is down");
  const auto& asked = state_->topics[number(topic)];
  const auto end = static_cast<std::int64_t>(asked.records.size());
  // A topic that nobody reads counts as read: most tests have no other side.
  auto read = end;
  if (const auto found = asked.groups.find(group); found != asked.groups.end()) {
    const auto& [name, state] = *found;
    if (!state.waiting.empty()) read = std::min(read, static_cast<std::int64_t>(*state.waiting.begin()));
    if (!state.in_work.empty()) read = std::min(read, static_cast<std::int64_t>(state.in_work.begin()->first));
  }
  return bus::Progress{.acknowledged = {read - asked.unread}, .ends = {end}};
}

void FakeBus::pretend_unread(Topic topic, std::int64_t records) {
  const std::scoped_lock lock(state_->mutex);
  state_->topics[number(topic)].unread = records;
}

void FakeBus::hold_deliveries() {
  const std::scoped_lock lock(state_->mutex);
  state_->holds = true;
}

void FakeBus::deliver_held() {
  std::vector<Held> held;
  {
    const std::scoped_lock lock(state_->mutex);
    state_->holds = false;
    held.swap(state_->held);
    for (auto& [message, delivered] : held) state_->append(std::move(message));
  }
  for (auto& [message, delivered] : held) delivered({});
}

void FakeBus::fail_held() {
  std::vector<Held> held;
  {
    const std::scoped_lock lock(state_->mutex);
    state_->holds = false;
    held.swap(state_->held);
    state_->changed.notify_all();
  }
  for (auto& [message, delivered] : held) delivered(fail(ErrorCode::kUnavailable, "the fake bus fails"));
}

void FakeBus::fail_deliveries(std::size_t count, ErrorCode code) {
  const std::scoped_lock lock(state_->mutex);
  state_->failing = count;
  state_->failure = code;
}

void FakeBus::refuse(std::size_t count, ErrorCode code) {
  const std::scoped_lock lock(state_->mutex);
  state_->refusing = count;
  state_->refusal = code;
}

void FakeBus::set_largest(std::size_t bytes) {
  const std::scoped_lock lock(state_->mutex);
  state_->largest = bytes;
}

void FakeBus::go_down() {
  const std::scoped_lock lock(state_->mutex);
  state_->down = true;
}

void FakeBus::come_back() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->down = false;
    state_->changed.notify_all();
  }
  deliver_held();
}

void FakeBus::add(Message message) {
  const std::scoped_lock lock(state_->mutex);
  state_->append(std::move(message));
}

std::vector<Message> FakeBus::published(Topic topic) const {
  const std::scoped_lock lock(state_->mutex);
  const auto& records = state_->topics[number(topic)].records;
  return {records.begin(), records.end()};
}

std::size_t FakeBus::acknowledged(Topic topic) const {
  const std::scoped_lock lock(state_->mutex);
  return state_->acknowledged(topic);
}

std::size_t FakeBus::refused() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->refused;
}

std::size_t FakeBus::commits() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->commits;
}

bool FakeBus::await_published(Topic topic, std::size_t count) const {
  return state_->await([&] { return state_->topics[number(topic)].records.size() >= count; });
}

bool FakeBus::await_taken(Topic topic, std::size_t count) const {
  return state_->await([&] {
    std::size_t taken = 0;
    for (const auto& [group, state] : state_->topics[number(topic)].groups) {
      taken += state.in_work.size() + state.acknowledged;
    }
    return taken >= count;
  });
}

bool FakeBus::await_acknowledged(Topic topic, std::size_t count) const {
  return state_->await([&] { return state_->acknowledged(topic) >= count; });
}

bool FakeBus::await_queued(std::size_t count) const {
  return state_->await([&] { return state_->held.size() >= count; });
}

bool FakeBus::await_refused(std::size_t count) const {
  return state_->await([&] { return state_->refused >= count; });
}

bool FakeBus::await_subscriptions(std::size_t count) const {
  return state_->await([&] { return state_->subscriptions >= count; });
}

}  // namespace sasrec::test
