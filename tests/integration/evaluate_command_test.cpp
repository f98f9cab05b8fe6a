#include <fmt/format.h>

#include "integration/sasrec_fixture.hpp"

namespace sasrec::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Evaluate : public SasrecTest {
 protected:
  std::vector<std::string> command(const std::string& path, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"evaluate", "--model", checkpoints(), "--data", path};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  /// Twenty users who walk round the catalogue from different places: the last item is easy for the bigram baseline.
  std::string log() const {
    std::string text = "user,item,time\n";
    for (int user = 0; user < 20; ++user) {
      for (int step = 0; step < 6; ++step) {
        text += fmt::format("u{},item-{},{}\n", user, 1 + (user + step) % 12, 1000 + user + step * 100);
      }
    }
    return file("log.csv", text);
  }
};

TEST_F(Evaluate, PutsTheModelBesideTheBaselines) {
  const auto json = document(command(log()));
  EXPECT_EQ(json.at("protocol").as_string(), "leave-one-out");
  EXPECT_EQ(json.at("negatives").as_string(), "all");
  EXPECT_EQ(json.at("users").to_number<int>(), 20);
  EXPECT_EQ(json.at("model").as_string(), version());
  const auto& baselines = json.at("baselines").as_object();
  for (const auto* const metrics :
       {&json, &baselines.at("popularity").as_object(), &baselines.at("bigram").as_object()}) {
    for (const auto* const name : {"hr@1", "hr@10", "ndcg@10", "mrr@10", "coverage"}) {
      const double value = metrics->at(name).to_number<double>();
      EXPECT_GE(value, 0) << name;
      EXPECT_LE(value, 1) << name;
    }
  }
  EXPECT_EQ(baselines.at("bigram").at("hr@1").to_number<double>(), 1);
}

TEST_F(Evaluate, DoesNotDependOnThreads) {
  EXPECT_EQ(output(command(log(), {"--json", "--threads", "1"})), output(command(log(), {"--json", "--threads", "3"})));
}

TEST_F(Evaluate, RanksAsTheRecommenderDoes) {
  // One user who asks for what the model puts first after item-1, item-2, and two who only fill the training part.
  const auto answer =
      document({"recommend", "--model", checkpoints(), "--history", "item-1,item-2", "-k", "1", "--seen", "include"});
  const auto first = items_of(answer).front();
  const auto path = file("log.txt", "ann item-1\nann item-2\nann " + first + "\nbob item-5\ncy item-6\n");
  const auto json = document(command(path, {"--seen", "include"}));
  EXPECT_EQ(json.at("users").to_number<int>(), 1);
  EXPECT_EQ(json.at("hr@1").to_number<double>(), 1);
}

TEST_F(Evaluate, KnowsTheOtherProtocols) {
  const auto time_split = document(command(log(), {"--protocol", "time-split"}));
  EXPECT_EQ(time_split.at("protocol").as_string(), "time-split");
  const auto sampled = document(command(log(), {"--negatives", "3", "--seed", "7"}));
  EXPECT_EQ(sampled.at("negatives").to_number<int>(), 3);
  EXPECT_EQ(sampled.at("hr@5").to_number<double>(), 1);  // four candidates
}

TEST_F(Evaluate, CountsItemsThatTheModelDoesNotKnow) {
  const auto path = file("log.txt", "ann item-1\nann new\nann newer\nbob who\nbob are\nbob you\nbob item-3\n");
  const auto finished = sasrec(command(path, {"--json"}));
  ASSERT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("5 of 7 interactions are with items that the model doesn't know"));
  EXPECT_EQ(boost::json::parse(finished.out).at("unknown_targets").to_number<int>(), 1);
}

TEST_F(Evaluate, ShowsATableToPeople) {
  const auto text = output(command(log()));
  EXPECT_THAT(text, AllOf(HasSubstr("popularity"), HasSubstr("bigram"), HasSubstr("NDCG@10"), HasSubstr("20 users")));
}

TEST_F(Evaluate, RefusesWhatItCannotRead) {
  expect_error(command("nowhere.csv"), 1, "nowhere.csv");
  expect_error(command(file("empty.csv", "")), 1, "empty");
  expect_error(command(file("columns.csv", "a,b\n1,2\n")), 1, "user");
  expect_error(command(file("short.txt", "ann item-1\nbob item-2\n")), 1, "short.txt");  // nothing to ask
  expect_error(command(file("text.csv", "user,item,time\na,b,never\n"), {"--strict"}), 1, "never");
  expect_error(command(log(), {"--protocol", "coin"}), 2, "coin");
  expect_error(command(log(), {"--negatives", "0"}), 2, "--negatives");
  expect_error(command(log(), {"--threads", "0"}), 2, "--threads");
  expect_error({"evaluate", "--model", "nowhere", "--data", log()}, 1, "nowhere");
}

TEST_F(Evaluate, CountsWrongRows) {
  const auto path =
      file("log.csv", "user,item,time\nann,item-1,1\nann,item-2,soon\nann,item-2,2\nann,item-3,3\nann,item-3,3\n");
  const auto finished = sasrec(command(path));
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_THAT(finished.err, AllOf(HasSubstr("1 wrong and 1 duplicate"), HasSubstr("line 3: "), HasSubstr("soon")));
}

}  // namespace
}  // namespace sasrec::test
