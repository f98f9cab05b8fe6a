#include "versions/models_document.hpp"

#include <gtest/gtest.h>

#include <vector>

#include <boost/json/serialize.hpp>

namespace sasrec::versions {
namespace {

const std::vector<ModelInfo> kModels{
    {.entry = {.version = "20261122T153000Z-000002", .state = checkpoint::State::kRejected, .reason = "popularity"},
     .created = base::Time{},
     .metrics = {{"ndcg@10", 0.25}}},
    {.entry = {.version = "20261122T153000Z-000001", .state = checkpoint::State::kActive, .reason = ""},
     .created = base::Time{},
     .metrics = {}},
};

TEST(ModelsDocument, WithoutModelsNothingIsActive) {
  EXPECT_EQ(boost::json::serialize(models_document({})), R"({"active":null,"models":[]})");
}

TEST(ModelsDocument, ShowsStateMetricsReasonAndWhoServes) {
  const std::vector<Presence> workers{{.name = "w1", .version = "20261122T153000Z-000001", .since = base::Time{}},
                                      {.name = "w2", .version = "", .since = base::Time{}}};
  EXPECT_EQ(boost::json::serialize(models_document(kModels, workers)),
            R"({"active":"20261122T153000Z-000001","models":[)"
            R"({"version":"20261122T153000Z-000002","state":"rejected","created":"1970-01-01T00:00:00Z",)"
            R"("metrics":{"ndcg@10":2.5E-1},"reason":"popularity"},)"
            R"({"version":"20261122T153000Z-000001","state":"active","created":"1970-01-01T00:00:00Z","metrics":{},)"
            R"("served_by":[{"worker":"w1","since":"1970-01-01T00:00:00Z"}]}]})");
}

TEST(ModelsDocument, AVersionThatNobodyServesHasNoServers) {
  const auto document = models_document(kModels);
  for (const auto& model : document.at("models").as_array()) EXPECT_FALSE(model.as_object().contains("served_by"));
}

}  // namespace
}  // namespace sasrec::versions
