#include "store/lane.hpp"

#include <algorithm>
#include <utility>

#include "base/thread_name.hpp"

namespace sasrec::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr base::Backoff::Options kBackoff{.first = milliseconds(20), .max = milliseconds(500)};
constexpr milliseconds kIdle{1'000};
/// The time a group has at least, however old its calls are: less would drop connections that are only slow.
constexpr milliseconds kMinTime{1'000};

base::Result<void> not_yet() {
  return base::fail(base::ErrorCode::kUnavailable, "the database was not reached yet");
}

}  // namespace

Lane::Lane(Options options)
    : options_(std::move(options)),
      health_(not_yet()),
      backoff_(kBackoff),
      thread_([this](const std::stop_token& stop) {
        base::name_this_thread(options_.name);
        run(stop);
      }) {}

Lane::~Lane() = default;  // thread_ is the last member: it ends before anything else does

void Lane::submit(std::unique_ptr<QueuedCall> call) {
  if (enqueue(call)) {
    changed_.notify_one();
    return;
  }
  call->fail({base::ErrorCode::kOverloaded, "too much waits to be written to the database"});
  call->end();
}

/// Takes the call if there is room for it.
bool Lane::enqueue(std::unique_ptr<QueuedCall>& call) {
  const std::scoped_lock lock(mutex_);
  if (!has_room_for(call->weight())) return false;
  call->give_up = steady_clock::now() + options_.patience;
  waiting_ += call->weight();
  queue_.push_back(std::move(call));
  return true;
}

/// With mutex_ held.
bool Lane::has_room_for(std::size_t weight) const {
  if (queue_.empty()) return true;  // a call heavier than the limit can still come alone
  if (waiting_ + weight > options_.max_waiting) return false;
  // While the server is away a wait says nothing about the load.
  if (waiting_ <= options_.quick || !health_) return true;
  const auto oldest = queue_.front()->give_up - options_.patience;
  return steady_clock::now() - oldest <= options_.max_wait;
}

std::size_t Lane::waiting() const {
  const std::scoped_lock lock(mutex_);
  return waiting_;
}

base::Result<void> Lane::health() const {
  const std::scoped_lock lock(mutex_);
  return health_;
}

void Lane::set_health(base::Result<void> health) {
  bool changed = false;
  {
    const std::scoped_lock lock(mutex_);
    changed =
        health_.has_value() != health.has_value() || (!health && health.error().message != health_.error().message);
    health_ = health;
  }
  if (changed && options_.on_health) options_.on_health(health);
}

void Lane::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    end_expired();
    if (!connect()) {
      pause(stop);
      continue;
    }
    auto group = take_group();
    if (group.empty()) {
      idle(stop);
    } else {
      do_group(std::move(group), stop);
    }
  }
  drain();
}

/// Everything that is left is tried once.
void Lane::drain() {
  auto reached = connect();
  while (true) {
    auto group = take_group();
    if (group.empty()) {
      if (waiting() == 0) return;
      continue;  // all that were taken had been refused
    }
    auto done = reached ? attempt(group) : reached;
    if (!done && done.error().code != base::ErrorCode::kUnavailable && group.size() > 1) {
      halve(std::move(group));
      continue;
    }
    if (!done && done.error().code == base::ErrorCode::kUnavailable) reached = done;
    for (auto& call : group) {
      if (!done) call->fail(done.error());
      call->end();
    }
  }
}

base::Result<void> Lane::connect() {
  if (connection_ && connection_->usable()) return {};
  connection_.reset();
  auto opened = Connection::open(options_.connection);
  if (!opened) {
    last_failure_ = opened.error().message;
    auto failure = base::Failure(std::move(opened.error()));
    set_health(failure);
    return failure;
  }
  connection_.emplace(std::move(*opened));
  set_health({});
  return {};
}

/// Waits for calls; when none come, checks that the server answers.
void Lane::idle(const std::stop_token& stop) {
  {
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, stop, kIdle, [this] { return !queue_.empty(); }) || stop.stop_requested()) return;
  }
  auto alive = connection_->execute("", steady_clock::now() + kMinTime);
  if (alive) {
    backoff_.reset();
  } else {
    connection_.reset();
    last_failure_ = alive.error().message;
  }
  set_health(std::move(alive));
}

/// Waits after a failure: longer each time, never twice the same, no longer than the oldest call can wait.
void Lane::pause(const std::stop_token& stop) {
  auto wait = backoff_.next();
  std::unique_lock lock(mutex_);
  if (!queue_.empty()) {
    wait = std::min(wait, std::chrono::ceil<milliseconds>(queue_.front()->give_up - steady_clock::now()));
  }
  changed_.wait_for(lock, stop, wait, [] { return false; });
}

void Lane::do_group(Group group, const std::stop_token& stop) {
  const auto& operation = group.front()->operation();
  auto done = attempt(group);
  if (done) {
    backoff_.reset();
    last_failure_.clear();
    for (auto& call : group) call->end();
    return;
  }
  if (done.error().code != base::ErrorCode::kUnavailable && group.size() == 1) {
    group.front()->fail(std::move(done.error()));
    group.front()->end();
    return;
  }
  if (options_.on_retry) options_.on_retry(operation.name());
  if (done.error().code != base::ErrorCode::kUnavailable) {
    halve(std::move(group));
    return;
  }
  // A new connection also cures plans that a migration made void, and a primary that has become a standby.
  connection_.reset();
  last_failure_ = std::move(done.error().message);
  for (auto& call : group) ++call->tries;
  put_back(std::move(group));
  pause(stop);
}

/// One of the group is to blame: the half without it passes, and the other one is halved again.
void Lane::halve(Group group) {
  for (auto& call : group) call->together = (group.size() + 1) / 2;
  put_back(std::move(group));
}

base::Result<void> Lane::attempt(const Group& group) {
  std::vector<QueuedCall*> calls;
  calls.reserve(group.size());
  for (const auto& call : group) calls.push_back(call.get());
  const auto deadline = std::max(group.front()->give_up, steady_clock::now() + kMinTime);
  const auto begin = steady_clock::now();
  auto done = group.front()->operation().run(*connection_, calls, deadline);
  if (options_.on_done) options_.on_done(group.front()->operation().name(), steady_clock::now() - begin);
  return done;
}

/// The oldest call and all others of its kind, as many as may be done together.
Lane::Group Lane::take_group() {
  Group group;
  Group refused;
  {
    const std::scoped_lock lock(mutex_);
    std::size_t weight = 0;
    auto end = queue_.begin();
    for (; end != queue_.end() && weight < options_.max_together; ++end) {
      auto& call = *end;
      const bool fits = group.empty() || (&call->operation() == &group.front()->operation() &&
                                          call->together == group.front()->together && group.size() < call->together &&
                                          weight + call->weight() <= options_.max_together);
      if (!fits) continue;
      weight += call->weight();
      group.push_back(std::move(call));
    }
    // Only what was looked at moves: threads that serve sockets wait for this lock.
    queue_.erase(std::remove(queue_.begin(), end, nullptr), end);
    waiting_ -= weight;
  }
  // Texts are looked through here, not on the caller's thread, which may serve sockets.
  for (auto& call : group) {
    if (call->tries > 0) continue;
    if (auto checked = call->operation().check(*call); !checked) {
      call->fail(std::move(checked.error()));
      refused.push_back(std::move(call));
    }
  }
  std::erase(group, nullptr);
  for (auto& call : refused) call->end();
  return group;
}

void Lane::put_back(Group group) {
  const std::scoped_lock lock(mutex_);
  for (; !group.empty(); group.pop_back()) {
    waiting_ += group.back()->weight();
    queue_.push_front(std::move(group.back()));
  }
}

void Lane::end_expired() {
  Group expired;
  {
    const std::scoped_lock lock(mutex_);
    const auto now = steady_clock::now();
    while (!queue_.empty() && queue_.front()->give_up <= now) {
      waiting_ -= queue_.front()->weight();
      expired.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
  }
  for (auto& call : expired) {
    call->fail({base::ErrorCode::kUnavailable,
                fmt::format("given up after {} ms: {}", options_.patience.count(),
                            last_failure_.empty() ? "the database is too slow" : last_failure_)});
    call->end();
  }
}

}  // namespace sasrec::store
