#include "apps/service/readiness.hpp"

#include <fmt/format.h>

#include <chrono>

#include "base/pause.hpp"
#include "serving/similar_items.hpp"

namespace sasrec::apps {
namespace {

constexpr std::chrono::milliseconds kLook(20);

base::Result<void> starting(bool loaded, const char* what) {
  if (loaded) return {};
  return base::fail(base::ErrorCode::kUnavailable, "the service is starting: {}", what);
}

base::Result<void> catalogue_loaded(const catalogue::CatalogueCache& catalogue) {
  return starting(catalogue.loaded(), "the catalogue is being read");
}

base::Result<void> popular_loaded(const catalogue::PopularItems& popular) {
  return starting(popular.loaded(), "what is popular is being counted");
}

base::Result<void> model_settled(const versions::ModelState& model) {
  return starting(model.settled, "the model is being loaded");
}

/// `check`, with nothing to say where it succeeds.
base::Result<std::string> silent(const base::Result<void>& check) {
  if (!check) return base::Failure(check.error());
  return std::string();
}

}  // namespace

base::Result<void> Readiness::loaded() const {
  if (auto loaded = catalogue_loaded(catalogue_); !loaded) return loaded;
  if (auto loaded = popular_loaded(popular_); !loaded) return loaded;
  return model_settled(loader_.state());
}

bool Readiness::wait(const std::stop_token& stop) const {
  while (!loaded()) {
    if (!base::pause(stop, kLook)) return false;
  }
  return true;
}

std::vector<http::ReadinessCheck> Readiness::checks() const {
  return {{"catalogue",
           [this] {
             return silent(catalogue_loaded(catalogue_));
           }},
          {"popular",
           [this] {
             return silent(popular_loaded(popular_));
           }},
          {"model", [this] {
             return check_model();
           }}};
}

base::Result<std::string> Readiness::check_model() const {
  const auto model = loader_.state();
  if (!model.settled && !model.problem.empty()) {
    return base::fail(base::ErrorCode::kUnavailable, "{}", model.problem);
  }
  if (!model.settled) return silent(model_settled(model));
  if (model.served.empty() && model.problem.empty()) return std::string(serving::kNoModel);
  if (model.served.empty()) {
    return fmt::format("no model is served: {}; answers come from what is popular until another version is activated",
                       model.problem);
  }
  if (model.problem.empty()) return std::string();
  return fmt::format("version {} is served; {}", model.served, model.problem);
}

}  // namespace sasrec::apps
