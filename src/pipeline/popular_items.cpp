#include "pipeline/popular_items.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "pipeline/pause.hpp"

namespace sasrec::pipeline {

PopularItems::PopularItems(InteractionStore& store, Options options)
    : store_(store), options_(options), items_(std::make_shared<const std::vector<ScoredId>>()) {}

std::shared_ptr<const std::vector<ScoredId>> PopularItems::get() const {
  const std::scoped_lock lock(mutex_);
  return items_;
}

base::Result<void> PopularItems::refresh() {
  auto items = store_.popular(options_.window, options_.most);
  if (!items) return base::fail_within("the popular items could not be read", items.error());
  auto replaced = std::make_shared<const std::vector<ScoredId>>(std::move(*items));
  const std::scoped_lock lock(mutex_);
  items_.swap(replaced);
  return {};
}

void PopularItems::run(const std::stop_token& stop, std::chrono::milliseconds interval) {
  do {
    if (const auto refreshed = refresh(); !refreshed) spdlog::warn("{}", refreshed.error().message);
  } while (pause(stop, interval));
}

}  // namespace sasrec::pipeline
