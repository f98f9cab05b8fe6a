#include "model/weights.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "support/sample_checkpoint.hpp"

namespace sasrec::model {
namespace {

using checkpoint::ModelConfig;
using checkpoint::Norm;
using Form = Attention::Form;

std::vector<Form> forms(const ModelConfig& config) {
  auto model = test::sample_model(config, 1);
  const Weights weights(
      config, [&](std::string_view name) { return std::span<const float>(model.tensor(name)); }, kernels::best());
  std::vector<Form> forms;
  for (const Block& block : weights.blocks) {
    forms.push_back(block.attention.form);
  }
  return forms;
}

// What the encoder's tests compute with, form by form, is said here.
TEST(Weights, TheFormOfAttentionFollowsFromTheShape) {
  const ModelConfig config{
      .items = 40, .hidden = 18, .heads = 1, .blocks = 3, .max_length = 21, .feed_forward = 23, .norm = Norm::kPaper};
  EXPECT_EQ(forms(config), (std::vector{Form::kTabulated, Form::kFolded, Form::kFolded}));

  ModelConfig other = config;
  other.norm = Norm::kPost;
  EXPECT_EQ(forms(other), forms(config));
  other.norm = Norm::kPre;  // its keys and values come from a layer norm, not from the embeddings
  EXPECT_EQ(forms(other), (std::vector{Form::kFolded, Form::kFolded, Form::kFolded}));

  other = config;
  other.blocks = 1;
  EXPECT_EQ(forms(other), (std::vector{Form::kFolded}));

  other = config;
  other.items = 2 * config.max_length * config.hidden;
  EXPECT_EQ(forms(other).front(), Form::kTabulated);
  ++other.items;  // scoring them costs more than the products that tables save
  EXPECT_EQ(forms(other).front(), Form::kFolded);

  other = config;
  other.heads = 2;
  EXPECT_EQ(forms(other), (std::vector{Form::kPlain, Form::kPlain, Form::kFolded}));
  other.heads = 9;
  EXPECT_EQ(forms(other), (std::vector{Form::kPlain, Form::kPlain, Form::kPlain}));
}

}  // namespace
}  // namespace sasrec::model
