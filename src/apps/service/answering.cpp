#include "apps/service/answering.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

#include "serving/popular_answer.hpp"

namespace sasrec::apps {

using std::chrono::seconds;

Answering::Answering(Core& core, std::function<void(const std::string& version)> on_served)
    : catalogue_(core.store),
      popular_(core.store),
      loader_(core.options.checkpoints, models_, core.metrics, {.on_served = std::move(on_served)}),
      listener_(core.bus,
                [this](const bus::ModelAnnouncement& model) {
                  spdlog::debug("version {} is announced", model.version);
                  loader_.wake();
                }),
      readiness_(catalogue_, popular_, loader_) {}

void Answering::start() {
  threads_.start("loader", [this](const std::stop_token& stop) { loader_.run(stop); });
  threads_.start("listener", [this](const std::stop_token& stop) { listener_.run(stop); });
  threads_.start("catalogue", [this](const std::stop_token& stop) { catalogue_.run(stop, seconds(2)); });
  threads_.start("popular", [this](const std::stop_token& stop) { popular_.run(stop, seconds(2)); });
}

std::vector<base::ScoredId> Answering::popular_answer(std::size_t k) const {
  const auto model = models_.get();
  return serving::popular_answer(k, *popular_.get(), model.get(), *catalogue_.get()).items;
}

base::Result<serving::SimilarItems> Answering::similar(std::string_view item, std::size_t k) const {
  return serving::similar_items(models_, *catalogue_.get(), item, k);
}

}  // namespace sasrec::apps
