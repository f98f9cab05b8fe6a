#include "checkpoint/config.hpp"

#include <gmock/gmock.h>

#include <limits>

#include <boost/json/parse.hpp>

#include "support/sample_checkpoint.hpp"

namespace sasrec::checkpoint {
namespace {

using base::ErrorCode;
using testing::HasSubstr;

TEST(Config, JsonRoundTripKeepsEveryField) {
  const ModelConfig config{.items = 3706,
                           .hidden = 50,
                           .heads = 2,
                           .blocks = 3,
                           .max_length = 100,
                           .feed_forward = 70,
                           .activation = Activation::kGelu,
                           .norm = Norm::kPost,
                           .padding = Padding::kZeroed,
                           .dropout = 0.2F};
  const auto read = config_from_json(to_json(config));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, config);
}

TEST(Config, JsonIsWrittenAsDocumented) {
  EXPECT_EQ(to_json(test::sample_config()), boost::json::parse(R"({
    "items": 12, "hidden": 8, "heads": 2, "blocks": 2, "max_length": 6, "feed_forward": 16,
    "activation": "relu", "norm": "pre", "padding": "ignored", "dropout": 0.2})"));
}

TEST(Config, OtherFieldsAreIgnored) {
  auto json = to_json(test::sample_config());
  json["training"] = {{"hidden", "not the architecture's"}};
  EXPECT_TRUE(config_from_json(json));
}

TEST(Config, EachFieldIsRequired) {
  const auto whole = to_json(test::sample_config());
  for (const auto& field : whole) {
    auto json = whole;
    json.erase(field.key());
    const auto read = config_from_json(json);
    ASSERT_FALSE(read) << field.key();
    EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
    EXPECT_THAT(read.error().message, HasSubstr(std::string(field.key())));
  }
}

struct WrongField {
  std::string field;
  std::string value;
};
void PrintTo(const WrongField& wrong, std::ostream* out) {
  *out << wrong.field << " = " << wrong.value;
}

class WrongConfig : public testing::TestWithParam<WrongField> {};

TEST_P(WrongConfig, NamesTheField) {
  auto json = to_json(test::sample_config());
  json[GetParam().field] = boost::json::parse(GetParam().value);
  const auto read = config_from_json(json);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(read.error().message, HasSubstr(GetParam().field));
}

INSTANTIATE_TEST_SUITE_P(, WrongConfig,
                         testing::Values(WrongField{"items", "0"}, WrongField{"items", "2147483648"},
                                         WrongField{"items", "-1"}, WrongField{"items", "12.5"},
                                         WrongField{"items", "\"12\""}, WrongField{"items", "18446744073709551615"},
                                         WrongField{"hidden", "0"}, WrongField{"hidden", "4098"},
                                         WrongField{"heads", "3"}, WrongField{"heads", "0"}, WrongField{"blocks", "65"},
                                         WrongField{"max_length", "65537"}, WrongField{"feed_forward", "null"},
                                         WrongField{"activation", "\"tanh\""}, WrongField{"activation", "1"},
                                         WrongField{"norm", "\"Pre\""}, WrongField{"padding", "\"\""},
                                         WrongField{"dropout", "1"}, WrongField{"dropout", "-0.1"},
                                         WrongField{"dropout", "1e300"}, WrongField{"dropout", "\"0\""}));

TEST(Config, ValidateRefusesDropoutThatIsNoNumber) {
  auto config = test::sample_config();
  config.dropout = std::numeric_limits<float>::quiet_NaN();
  const auto valid = validate(config);
  ASSERT_FALSE(valid);
  EXPECT_EQ(valid.error().code, ErrorCode::kInvalidInput);
}

TEST(Config, ParseNamesWhatIsAllowed) {
  EXPECT_EQ(*parse_norm("paper"), Norm::kPaper);
  EXPECT_EQ(*parse_padding("kept"), Padding::kKept);
  const auto wrong = parse_activation("swish");
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, testing::AllOf(HasSubstr("swish"), HasSubstr("relu, gelu")));
}

TEST(Config, TensorsOfOneBlock) {
  const ModelConfig config{.items = 3, .hidden = 4, .heads = 2, .blocks = 1, .max_length = 5, .feed_forward = 6};
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> tensors;
  for (const auto& spec : tensor_specs(config)) tensors.emplace_back(spec.name, spec.shape);
  const decltype(tensors) expected{{"item_embedding", {4, 4}},
                                   {"position_embedding", {5, 4}},
                                   {"blocks.0.attention.query.weight", {4, 4}},
                                   {"blocks.0.attention.query.bias", {4}},
                                   {"blocks.0.attention.key.weight", {4, 4}},
                                   {"blocks.0.attention.key.bias", {4}},
                                   {"blocks.0.attention.value.weight", {4, 4}},
                                   {"blocks.0.attention.value.bias", {4}},
                                   {"blocks.0.attention.output.weight", {4, 4}},
                                   {"blocks.0.attention.output.bias", {4}},
                                   {"blocks.0.attention_norm.weight", {4}},
                                   {"blocks.0.attention_norm.bias", {4}},
                                   {"blocks.0.feed_forward.in.weight", {6, 4}},
                                   {"blocks.0.feed_forward.in.bias", {6}},
                                   {"blocks.0.feed_forward.out.weight", {4, 6}},
                                   {"blocks.0.feed_forward.out.bias", {4}},
                                   {"blocks.0.feed_forward_norm.weight", {4}},
                                   {"blocks.0.feed_forward_norm.bias", {4}},
                                   {"final_norm.weight", {4}},
                                   {"final_norm.bias", {4}}};
  EXPECT_EQ(tensors, expected);
}

}  // namespace
}  // namespace sasrec::checkpoint
