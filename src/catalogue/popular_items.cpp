#include "catalogue/popular_items.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "base/pause.hpp"
#include "base/said_once.hpp"

namespace sasrec::catalogue {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kUntilLoaded(50);
constexpr milliseconds kWhileOthersWrite(50);

}  // namespace

PopularItems::PopularItems(PopularityStore& store, Options options)
    : store_(store), options_(options), items_(std::make_shared<const std::vector<base::ScoredId>>()) {}

std::shared_ptr<const std::vector<base::ScoredId>> PopularItems::get() const {
  const std::scoped_lock lock(mutex_);
  return items_;
}

base::Result<void> PopularItems::refresh() {
  const std::scoped_lock refreshing(refreshing_);
  // Until it is loaded, whether the counting is complete may be all that changes.
  auto ranking = store_.popular(options_.max_items, loaded_ ? revision_ : std::nullopt);
  if (!ranking) return base::fail_within("the popular items could not be read", ranking.error());
  if (!*ranking) return {};
  const auto now = steady_clock::now();
  if (!first_) first_ = now;
  revision_ = (*ranking)->revision;
  const bool holds = (*ranking)->complete || !(*ranking)->items.empty();
  auto replaced = std::make_shared<const std::vector<base::ScoredId>>(std::move((*ranking)->items));
  {
    const std::scoped_lock lock(mutex_);
    items_.swap(replaced);
  }
  if (holds || now - *first_ >= options_.patience) loaded_ = true;
  return {};
}

void PopularItems::run(const std::stop_token& stop, milliseconds interval) {
  base::SaidOnce said;
  do {
    const auto refreshed = refresh();
    const auto news = said.hear(refreshed);
    if (news == base::SaidOnce::News::kTrouble) spdlog::warn("{}", refreshed.error().message);
    if (news == base::SaidOnce::News::kOver) spdlog::info("the popular items can be read again");
  } while (base::pause(stop, loaded_ ? interval : std::min(interval, kUntilLoaded)));
}

void count_popular(PopularityStore& store, const std::stop_token& stop, milliseconds interval) {
  base::SaidOnce said;
  auto waiting = kWhileOthersWrite;
  auto next = milliseconds(0);
  do {
    const auto counted = store.count_popular();
    const auto news = said.hear(counted);
    if (news == base::SaidOnce::News::kTrouble) {
      spdlog::warn("interactions are not counted for what is popular: {}", counted.error().message);
    }
    if (news == base::SaidOnce::News::kOver) spdlog::info("interactions are counted again for what is popular");
    next = counted && *counted == Counting::kMore ? milliseconds(0) : interval;
    if (counted && *counted == Counting::kWaiting) {
      next = std::min(interval, waiting);
      waiting = 2 * next;  // a long transaction is not polled at the full rate
    } else {
      waiting = kWhileOthersWrite;
    }
  } while (base::pause(stop, next));
}

}  // namespace sasrec::catalogue
