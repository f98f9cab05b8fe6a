// fake_service [--no-model] [KEY]: the HTTP server on a free port of 127.0.0.1, with in-memory fakes behind it and a
// worker that answers every request at once. Prints its address, and ends when standard input does. With KEY: that key
// is asked for. With --no-model: there is none, and answers are what is popular.

#include <cstdio>
#include <iostream>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/sha256.hpp"
#include "bus/codec.hpp"
#include "http/server/server.hpp"
#include "serving/similar_items.hpp"
#include "support/fakes/fake_services.hpp"
#include "support/sample_checkpoint.hpp"

namespace {

using namespace sasrec;
using std::chrono::milliseconds;

const std::string kModel = "20261122T153000Z-000001";
const std::vector<base::ScoredId> kItems{{"i1", 2.5F}, {"i2", 1.25F}};

enum class Model { kNo, kYes };

/// Answers each request with the same items.
void work(const std::stop_token& stop, bus::Bus& bus, serving::RecommendationStore& store, Model has) {
  const auto requests = bus.subscribe(bus::Topic::kRequests, bus::Group::kWorkers);
  std::vector<bus::Record> records;
  while (!stop.stop_requested()) {
    records.clear();
    requests->poll(records, 64, milliseconds(50));
    for (const auto& record : records) {
      const auto request = bus::decode_request(record.message);
      if (!request) continue;
      const std::vector results{bus::ResultRecord{.id = request->id,
                                                  .user = request->user,
                                                  .model = has == Model::kYes ? kModel : "",
                                                  .source = has == Model::kYes ? "model" : "popular",
                                                  .items = kItems,
                                                  .created = request->created,
                                                  .deadline = request->deadline,
                                                  .finished = base::now()}};
      static_cast<void>(store.finish(results));
      static_cast<void>(bus.publish(bus::encode(results.front()), [](const base::Result<void>&) {}));
      requests->acknowledge(record.position);
    }
  }
}

base::Result<serving::SimilarItems> similar(std::string_view item, std::size_t k) {
  if (item != "i1" && item != "i2") return base::fail(base::ErrorCode::kNotFound, "the model doesn't know this item");
  return serving::SimilarItems{
      .model = kModel,
      .items = {kItems.begin(), kItems.begin() + static_cast<std::ptrdiff_t>(std::min(k, kItems.size()))}};
}

base::Result<serving::SimilarItems> similar_without_model(std::string_view, std::size_t) {
  return base::fail(base::ErrorCode::kNotFound, "there is no model yet");
}

base::Result<bus::ResultRecord> recommend_without_model(std::string_view, const bus::RequestRecord&) {
  return base::fail(base::ErrorCode::kNotFound, "there is no such version");
}

base::Result<bus::ResultRecord> recommend_with(std::string_view version, const bus::RequestRecord&) {
  if (version != kModel) return base::fail(base::ErrorCode::kNotFound, "there is no such version");
  return bus::ResultRecord{.model = kModel, .source = "model", .items = kItems};
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto has = std::erase(arguments, "--no-model") == 0 ? Model::kYes : Model::kNo;
  test::FakeServices fakes;
  if (!arguments.empty()) {
    const http::ApiKey key{.name = "test", .hash = base::sha256(arguments.front()), .scopes = {http::Scope::kAdmin}};
    if (!fakes.keys.add_key(key)) return 1;
  }
  fakes.items.add({.id = "i1", .title = "Blue Planet", .categories = {"Nature"}, .attributes = "{}"});
  fakes.items.add({.id = "i2", .title = "Blue Velvet", .categories = {}, .attributes = "{}"});
  if (!fakes.catalogue.refresh() || !fakes.popular.refresh()) return 1;
  fakes.serves_model = has == Model::kYes;
  fakes.similar = has == Model::kYes ? similar : similar_without_model;
  fakes.recommend_with = has == Model::kYes ? recommend_with : recommend_without_model;
  if (has == Model::kYes) test::save_sample(test::sample_model(test::sample_config(), 1), fakes.checkpoints.path());
  fakes.training.add({.id = base::Uuid::make(),
                      .state = retraining::RunState::kRejected,
                      .cause = "interval",
                      .created = base::now(),
                      .started = base::now(),
                      .finished = base::now(),
                      .interactions = 100,
                      .epoch = 3,
                      .epochs = 20,
                      .loss = 1.5,
                      .ndcg = 0.25,
                      .version = "20261122T153000Z-000001",
                      .reason = "popularity is better"});
  const std::jthread hub_thread([&](const std::stop_token& stop) { fakes.hub.run(stop); });
  const std::jthread worker([&](const std::stop_token& stop) { work(stop, fakes.bus, fakes.recommendations, has); });

  http::Server server(fakes.services(), {.port = 0});
  std::cout << "http://127.0.0.1:" << server.port() << '\n' << std::flush;
  while (std::cin.get() != std::char_traits<char>::eof()) {
  }
  server.stop(milliseconds(2000));
  return 0;
}
