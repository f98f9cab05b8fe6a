#include "serving/result_hub.hpp"

#include <cassert>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bus/codec.hpp"
#include "serving/event_ring.hpp"

namespace sasrec::serving {
namespace {

// Large enough that one look at the bus empties it under load; small enough that a stop is noticed.
constexpr std::size_t kMaxPolled = 512;
constexpr std::chrono::milliseconds kPollWait(100);

}  // namespace

struct ResultHub::State {
  struct Waiting {
    std::uint64_t ticket = 0;
    Waiter waiter;
  };
  struct Recent {
    Result result;
    std::size_t bytes = 0;
  };

  Options options;
  std::unique_ptr<bus::Subscription> subscription;

  mutable std::mutex mutex;       // guards all below
  std::condition_variable ended;  // a waiter has returned
  std::unordered_map<base::Uuid, std::vector<Waiting>> waiting;
  std::uint64_t next_ticket = 1;
  std::uint64_t running = 0;  // ticket of the waiter that is being called by run(), 0: none
  std::thread::id runner;     // the thread that calls it
  std::unordered_map<base::Uuid, Recent> recent;
  std::deque<base::Uuid> recent_order;  // oldest first
  std::size_t recent_bytes = 0;
  std::unordered_map<base::Uuid, base::Time> open;
  std::set<std::pair<base::Time, base::Uuid>> open_by_deadline;

  Result find(const base::Uuid& id) const {
    const auto found = recent.find(id);
    return found == recent.end() ? nullptr : found->second.result;
  }

  void close(const base::Uuid& id) {
    const auto found = open.find(id);
    if (found == open.end()) return;
    open_by_deadline.erase({found->second, id});
    open.erase(found);
  }

  /// A result that never comes must not count as open for ever, or the api would refuse new requests.
  void close_overdue(base::Time now) {
    while (!open_by_deadline.empty() && open_by_deadline.begin()->first < now) {
      open.erase(open_by_deadline.begin()->second);
      open_by_deadline.erase(open_by_deadline.begin());
    }
  }

  /// Whether it was new.
  bool remember(const Result& result) {
    const auto bytes = bus::bytes_of(*result);
    // The first result counts: a request that was computed twice has ended with that one in the database, most likely.
    if (!recent.try_emplace(result->id, Recent{result, bytes}).second) return false;
    recent_order.push_back(result->id);
    recent_bytes += bytes;
    while (recent.size() > options.recent || recent_bytes > options.recent_bytes) {
      const auto oldest = recent.find(recent_order.front());
      recent_bytes -= oldest->second.bytes;
      recent.erase(oldest);
      recent_order.pop_front();
    }
    return true;
  }

  /// Takes out one who waits for `id` and marks it as running; a null one if there is none.
  Waiter begin(const base::Uuid& id) {
    const std::scoped_lock lock(mutex);
    const auto found = waiting.find(id);
    if (found == waiting.end()) return nullptr;
    auto [ticket, waiter] = std::move(found->second.back());
    found->second.pop_back();
    if (found->second.empty()) waiting.erase(found);
    running = ticket;
    runner = std::this_thread::get_id();
    return std::move(waiter);
  }

  void end() {
    const std::scoped_lock lock(mutex);
    running = 0;
    ended.notify_all();
  }

  void deliver(const Result& result) {
    bool is_new = false;
    {
      const std::scoped_lock lock(mutex);
      close(result->id);
      is_new = remember(result);
    }
    // A second result of a request is not an event: watchers would count the request twice.
    if (is_new && options.events != nullptr) options.events->publish(result);
    while (auto waiter = begin(result->id)) {
      waiter(result);
      waiter = nullptr;  // what it holds goes before forget() returns
      end();
    }
  }
};

ResultHub::ResultHub(bus::Bus& bus, Options options) : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
  // Subscribed here and not in run(): a result that comes before the thread runs is not missed.
  state_->subscription = bus.subscribe(bus::Topic::kResults, bus::Group::kEverybody);
}

ResultHub::~ResultHub() = default;

void ResultHub::run(const std::stop_token& stop) {
  std::vector<bus::Record> records;
  while (!stop.stop_requested()) {
    records.clear();
    state_->subscription->poll(records, kMaxPolled, kPollWait);
    for (const auto& record : records) {
      if (auto result = bus::decode_result(record.message)) {
        state_->deliver(std::make_shared<const bus::ResultRecord>(std::move(*result)));
      }
    }
  }
}

void ResultHub::expect(const base::Uuid& id, base::Time deadline) {
  const std::scoped_lock lock(state_->mutex);
  // The result was faster than this call.
  if (state_->recent.contains(id)) return;
  state_->close(id);
  state_->open.emplace(id, deadline);
  state_->open_by_deadline.emplace(deadline, id);
}

std::size_t ResultHub::open() const {
  const std::scoped_lock lock(state_->mutex);
  state_->close_overdue(state_->options.clock());
  return state_->open.size();
}

ResultHub::Result ResultHub::find(const base::Uuid& id) const {
  const std::scoped_lock lock(state_->mutex);
  return state_->find(id);
}

std::uint64_t ResultHub::wait(const base::Uuid& id, Waiter waiter) {
  assert(waiter);
  Result result;
  std::uint64_t ticket = 0;
  {
    const std::scoped_lock lock(state_->mutex);
    ticket = state_->next_ticket++;
    result = state_->find(id);
    if (!result) {
      state_->waiting[id].push_back({ticket, std::move(waiter)});
      return ticket;
    }
  }
  waiter(std::move(result));
  return ticket;
}

void ResultHub::forget(const base::Uuid& id, std::uint64_t ticket) {
  Waiter forgotten;  // what it holds is freed without the lock
  std::unique_lock lock(state_->mutex);
  if (const auto found = state_->waiting.find(id); found != state_->waiting.end()) {
    auto& waiters = found->second;
    for (auto one = waiters.begin(); one != waiters.end(); ++one) {
      if (one->ticket != ticket) continue;
      forgotten = std::move(one->waiter);
      waiters.erase(one);
      break;
    }
    if (waiters.empty()) state_->waiting.erase(found);
  }
  if (state_->running == ticket && state_->runner == std::this_thread::get_id()) return;
  state_->ended.wait(lock, [&] { return state_->running != ticket; });
  lock.unlock();
}

}  // namespace sasrec::serving
