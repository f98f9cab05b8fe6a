#include <limits>

#include "integration/sasrec_fixture.hpp"

namespace sasrec::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class Recommend : public SasrecTest {
 protected:
  std::vector<std::string> command(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments{"recommend", "--model", checkpoints()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
};

TEST_F(Recommend, AnswersAHistoryAsOneDocument) {
  const auto json = document(command({"--history", "item-3,item-1", "-k", "4"}));
  EXPECT_EQ(json.at("model").as_string(), version());
  EXPECT_EQ(json.at("source").as_string(), "model");
  EXPECT_EQ(json.at("unknown_items").as_int64(), 0);
  EXPECT_FALSE(json.contains("user"));
  const auto& items = json.at("items").as_array();
  ASSERT_THAT(items, SizeIs(4));
  double last = std::numeric_limits<double>::infinity();
  for (const auto& item : items) {
    EXPECT_FALSE(item.as_object().contains("title"));
    EXPECT_LE(item.at("score").to_number<double>(), last);
    last = item.at("score").to_number<double>();
  }
  EXPECT_THAT(items_of(json), Not(Contains("item-3")));
}

TEST_F(Recommend, GivesTenItemsWithoutBeingToldHowMany) {
  EXPECT_THAT(items_of(document(command({"--history", "item-3"}))), SizeIs(10));
}

TEST_F(Recommend, TakesAVersionsFolderToo) {
  EXPECT_EQ(output({"recommend", "--model", version_.string(), "--history", "item-2", "--json"}),
            output(command({"--history", "item-2", "--json"})));
}

TEST_F(Recommend, AnswersAnEmptyHistoryWithThePopularItems) {
  for (const auto& history : {std::vector<std::string>{"--history", ""}, std::vector<std::string>{"--history="}}) {
    auto arguments = command(history);
    arguments.insert(arguments.end(), {"-k", "3"});
    const auto json = document(arguments);
    EXPECT_EQ(json.at("source").as_string(), "popular");
    EXPECT_THAT(items_of(json), ElementsAre("item-12", "item-11", "item-10"));
  }
}

TEST_F(Recommend, AnswersOnlyUnknownItemsWithThePopularOnesAndSaysSo) {
  const auto finished = sasrec(command({"--history", "who,knows", "-k", "2", "--json"}));
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_THAT(finished.err, HasSubstr("2 of 2 items of the history are unknown"));
  const auto json = boost::json::parse(finished.out).as_object();
  EXPECT_EQ(json.at("source").as_string(), "popular");
  EXPECT_EQ(json.at("unknown_items").as_int64(), 2);
}

TEST_F(Recommend, LeavesOutExcludedAndSeenItems) {
  EXPECT_THAT(items_of(document(command({"--history", "", "-k", "2", "--exclude", "item-12,item-10,who"}))),
              ElementsAre("item-11", "item-9"));
  EXPECT_THAT(items_of(document(command({"--history", "item-1,item-2", "-k", "12"}))), SizeIs(10));
  EXPECT_THAT(items_of(document(command({"--history", "item-1,item-2", "-k", "12", "--seen", "include"}))), SizeIs(12));
}

TEST_F(Recommend, ReadsIdsWithCommasQuotesBlanksAndAnyLetters) {
  auto sample = sample_model(sample_config(), 5);
  sample.draft.vocabulary[0] = "a,b";
  sample.draft.vocabulary[1] = "say \"hi\"";
  sample.draft.vocabulary[2] = "Земляничный пирог";
  sample.draft.vocabulary[3] = "\xff\xfe";
  save_sample(sample, checkpoints());
  const auto json = document(
      command({"--history", "\"a,b\", Земляничный пирог,\"say \"\"hi\"\"\"", "-k", "12", "--seen", "include"}));
  EXPECT_EQ(json.at("unknown_items").as_int64(), 0);
  EXPECT_THAT(items_of(json), Contains("say \"hi\""));
  EXPECT_THAT(items_of(json), Contains("Земляничный пирог"));
  EXPECT_THAT(items_of(json), Contains("ÿþ"));  // not UTF-8: shown as Latin-1
}

TEST_F(Recommend, KeepsSpacesThatBelongToAnId) {
  auto sample = sample_model(sample_config(), 5);
  sample.draft.vocabulary[0] = " padded ";
  sample.draft.vocabulary[1] = "a,b";
  save_sample(sample, checkpoints());
  // Spaces around quotes are not part of the list, those inside of them are.
  const auto json = document(command({"--history", " \" padded \" , \"a,b\",\titem-3 ", "-k", "12"}));
  EXPECT_EQ(json.at("unknown_items").as_int64(), 0);
  EXPECT_THAT(items_of(json), SizeIs(9));
  EXPECT_EQ(document(command({"--history", " padded ", "-k", "1"})).at("unknown_items").as_int64(), 1);
}

TEST_F(Recommend, FindsSimilarItems) {
  const auto json = document(command({"--similar-to", "item-4", "-k", "3"}));
  EXPECT_THAT(items_of(json), SizeIs(3));
  EXPECT_THAT(items_of(json), Not(Contains("item-4")));
  for (const auto& item : json.at("items").as_array()) EXPECT_LE(item.at("score").to_number<double>(), 1.0);
  expect_error(command({"--similar-to", "who"}), 1, "doesn't know the item \"who\"");
}

TEST_F(Recommend, RefusesAKThatMakesNoSense) {
  for (const auto* const k : {"0", "-1", "1001", "ten", "1.5", "99999999999999999999"}) {
    expect_error(command({"--history", "item-1", "-k", k}), 2, "not in range 1 to 1000");
  }
  expect_error(command({"--history", "item-1", "-k", "13"}), 2, "13 items are more than the 12 that model");
}

TEST_F(Recommend, RefusesOptionsThatMakeNoSense) {
  expect_error(command({}), 2, "--history,--histories,--similar-to");
  expect_error(command({"--history", "a", "--similar-to", "b"}), 2, "2 were given");
  expect_error(command({"--similar-to", "item-1", "--exclude", "b"}), 2, "excludes");
  expect_error(command({"--history", "a", "--seen", "maybe"}), 2, "--seen");
  expect_error(command({"--history", "a,,b"}), 2, "item 2 of the list is empty");
  expect_error(command({"--history", "a,b,"}), 2, "item 3 of the list is empty");
  expect_error(command({"--history", "\"a"}), 2, "does not close it");
  expect_error(command({"--history", "\"a\"b"}), 2, "text after a closing quote");
  expect_error(command({"--history", "a", "--exclude", "x\ty"}), 2, "control character");
}

TEST_F(Recommend, SaysWhichFileIsMissing) {
  expect_error({"recommend", "--model", "nowhere", "--history", "a"}, 1, "nowhere");
  expect_error(command({"--histories", "nowhere.jsonl"}), 1, "nowhere.jsonl");
  expect_error(command({"--history", "a", "--items", "nowhere.csv"}), 1, "nowhere.csv");
}

TEST_F(Recommend, RefusesACorruptCheckpoint) {
  std::filesystem::resize_file(version_ / "model.safetensors", 1000);
  expect_error(command({"--history", "item-1"}), 1, "model.safetensors");
}

}  // namespace
}  // namespace sasrec::test
