#include <chrono>
#include <string>
#include <vector>

#include "store_fixture.hpp"

namespace sasrec {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;

class StoreModels : public test::StoreTest {
 protected:
  std::string model_states() const {
    auto connection = connect();
    const store::Statement statement{"states",
                                     "SELECT coalesce(string_agg(version || ' ' || state, ', ' ORDER BY version), '') "
                                     "FROM models"};
    return std::string(connection.run(statement, {}, soon()).value().text(0, 0));
  }
};

TEST_F(StoreModels, TheTableOfModelsFollowsTheVolume) {
  const auto model = [](std::string version, std::string state, std::string reason = {}) {
    return versions::ModelRecord{.version = std::move(version),
                                 .state = std::move(state),
                                 .manifest = "00",
                                 .metrics = R"({"ndcg@10":0.5})",
                                 .reason = std::move(reason),
                                 .created = base::now()};
  };
  std::vector models{model("v1", "active")};
  ASSERT_TRUE(store_->mirror_models(models));
  EXPECT_EQ(model_states(), "v1 active");
  models = {model("v1", "ready"), model("v2", "active"), model("v3", "rejected", "worse"), model("v4", "ready")};
  ASSERT_TRUE(store_->mirror_models(models));
  EXPECT_EQ(model_states(), "v1 retired, v2 active, v3 rejected, v4 candidate");
  models = {model("v1", "active"), model("v2", "quarantined", "bad")};  // v3 and v4 are not on the volume any more
  ASSERT_TRUE(store_->mirror_models(models));
  EXPECT_EQ(model_states(), "v1 active, v2 quarantined, v3 rejected, v4 candidate");
  EXPECT_EQ(number("SELECT count(*) FROM models WHERE activated IS NOT NULL"), 2);
  ASSERT_TRUE(store_->mirror_models({}));
  EXPECT_EQ(number("SELECT count(*) FROM models WHERE state = 'active'"), 0);
}

TEST_F(StoreModels, WhoIsThereIsWhoSaidSoOfLate) {
  using Role = versions::Presence::Role;
  const base::Time since(hours(24));
  ASSERT_TRUE(store_->say_present({.role = Role::kWorker, .name = "b", .version = "v1", .since = since}));
  ASSERT_TRUE(store_->say_present({.role = Role::kWorker, .name = "a", .version = "", .since = since}));
  ASSERT_TRUE(store_->say_present({.role = Role::kTrainer, .name = "c", .version = "", .since = since}));
  ASSERT_TRUE(store_->say_present({.role = Role::kWorker, .name = "b", .version = "v2", .since = since + hours(1)}));
  const auto workers = store_->present(Role::kWorker, seconds(10)).value();
  ASSERT_THAT(workers, SizeIs(2));
  EXPECT_EQ(workers[0].name, "a");
  EXPECT_EQ(workers[0].version, "");
  EXPECT_EQ(workers[1].version, "v2");
  EXPECT_EQ(workers[1].since, since + hours(1));
  auto connection = connect();
  execute(connection, "UPDATE presence SET seen = now() - interval '1 minute' WHERE name = 'b'");
  EXPECT_THAT(store_->present(Role::kWorker, seconds(10)).value(), SizeIs(1));
  ASSERT_TRUE(store_->withdraw(Role::kWorker, "a"));
  EXPECT_THAT(store_->present(Role::kWorker, seconds(10)).value(), IsEmpty());
  EXPECT_THAT(store_->present(Role::kTrainer, seconds(10)).value(), SizeIs(1));
}

}  // namespace
}  // namespace sasrec
