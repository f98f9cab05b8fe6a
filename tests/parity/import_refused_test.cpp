#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <string>

#include "parity/pytorch_file.hpp"
#include "support/edit_version.hpp"
#include "support/temporary_folder.hpp"
#include "training/pytorch/import.hpp"

namespace sasrec::training {
namespace {

using base::ErrorCode;
using checkpoint::Padding;
using test::TensorClaim;
using testing::HasSubstr;

const std::filesystem::path kFixtures = SASREC_FIXTURES;
constexpr std::size_t kItems = 30;

class ImportRefused : public testing::Test {
 protected:
  void expect_refused(const std::filesystem::path& file, const std::string& reason,
                      const ImportPytorchOptions& options = {.items = kItems}) const {
    const auto network = import_pytorch(file, options);
    ASSERT_FALSE(network) << reason;
    EXPECT_EQ(network.error().code, ErrorCode::kInvalidInput);
    EXPECT_THAT(network.error().message, HasSubstr(file.string()));
    EXPECT_THAT(network.error().message, HasSubstr(reason));
  }

  /// Saves `state` and expects it refused.
  void expect_state_refused(const StateDict& state, const std::string& reason) const {
    test::save_state_dict(file_, state);
    expect_refused(file_, reason);
  }

  void expect_bytes_refused(std::string_view bytes, const std::string& reason) const {
    test::write_file(file_, bytes);
    expect_refused(file_, reason);
  }

  /// Expects a file refused that has four floats and claims this of them.
  void expect_claim_refused(const TensorClaim& claim) const {
    test::write_archive(file_, {{"data.pkl", test::pickle_of({claim})}, {"data/0", std::string(16, '\0')}});
    expect_refused(file_, "tensor " + claim.name + " reaches beyond its values");
  }

  test::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "model.pth";
  StateDict good_ = read_state_dict(kFixtures / "older.pth").value();
};

TEST_F(ImportRefused, TheUntouchedStateIsTaken) {
  test::save_state_dict(file_, good_);
  const auto network = import_pytorch(file_, {.items = kItems});
  EXPECT_TRUE(network) << network.error().message;
}

TEST_F(ImportRefused, CodeIsNotRun) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder_.path());  // where the payload would leave its file
  expect_refused(kFixtures / "code.pth", "it needs the Python name posix.system, and only tensors are read");
  std::filesystem::current_path(before);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(ImportRefused, WhatIsNoStateDict) {
  expect_refused(kFixtures / "module.pth", "torch.nn.modules.linear.Linear");
  expect_refused(kFixtures / "training_state.pth", "something that is not a tensor (state)");
  test::write_archive(file_, {{"data.pkl", "\x80\x02K\x05."}});
  expect_refused(file_, "it holds no dictionary of tensors");
}

TEST_F(ImportRefused, WhatIsNoPytorchFile) {
  expect_refused(kFixtures / "legacy.pth", "not a PyTorch file in zip format");
  expect_bytes_refused("item_emb", "not a PyTorch file in zip format");
  expect_bytes_refused("", "is empty");
  test::write_archive(file_, {{"other", "bytes"}});
  expect_refused(file_, "a zip file, but not of PyTorch's");
  test::write_archive(file_, {{"data.pkl", test::pickle_of({})}, {"byteorder", "big"}});
  expect_refused(file_, "another byte order");
  const auto missing = import_pytorch(folder_.path() / "none.pth", {.items = kItems});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
}

TEST_F(ImportRefused, ATruncatedFile) {
  const auto whole = test::read_file(kFixtures / "older.pth");
  for (std::size_t size = 2; size < whole.size(); size += 61) expect_bytes_refused(whole.substr(0, size), "");
  expect_bytes_refused(whole.substr(0, whole.size() - 1), "can't be read");
}

TEST_F(ImportRefused, EachMissingTensorByName) {
  for (const auto& [name, tensor] : good_) {
    auto state = good_;
    state.erase(name);
    expect_state_refused(state, "tensor " + name + " is missing");
  }
}

TEST_F(ImportRefused, EachTensorOfAnotherShape) {
  for (const auto& [name, tensor] : good_) {
    auto state = good_;
    state[name] = at::cat({tensor, tensor}, tensor.dim() - 1);
    // The width is taken from the item embedding, so the next tensor is the one that doesn't fit.
    expect_state_refused(state, (name == "item_emb.weight" ? "pos_emb.weight" : name) + " has shape");
    state[name] = tensor.unsqueeze(0);
    expect_state_refused(state, name);
  }
}

TEST_F(ImportRefused, AnUnknownTensor) {
  auto state = good_;
  state["user_emb.weight"] = at::zeros({3, 8});
  expect_state_refused(state, "tensor user_emb.weight is not part of a SASRec");
}

TEST_F(ImportRefused, WholeNumbers) {
  for (const auto& [name, tensor] : good_) {
    auto state = good_;
    state[name] = tensor.to(at::kLong);
    expect_state_refused(state, "tensor " + name + " does not hold floats");
  }
}

TEST_F(ImportRefused, WhatIsNotFinite) {
  for (const auto& [name, tensor] : good_) {
    for (const float value : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
      auto state = good_;
      state[name] = tensor.clone();
      state[name].view({-1})[tensor.numel() - 1] = value;
      expect_state_refused(state, "tensor " + name + " is not finite");
    }
  }
}

TEST_F(ImportRefused, AVocabularyOfAnotherSize) {
  for (const std::size_t items : {29, 31}) {
    expect_refused(kFixtures / "older.pth", "item_emb.weight has 31 rows, but the vocabulary's", {.items = items});
  }
}

TEST_F(ImportRefused, HeadsThatDontDivideTheWidth) {
  expect_refused(kFixtures / "older.pth", "heads is 3, which does not divide hidden 8", {.items = kItems, .heads = 3});
  expect_refused(kFixtures / "older.pth", "heads is 0", {.items = kItems, .heads = 0});
}

TEST_F(ImportRefused, KeptPaddingWithAPaddingRowThatIsNotZero) {
  expect_refused(kFixtures / "older.pth", "row 0 of item_emb.weight (padding) is not zero",
                 {.items = kItems, .padding = Padding::kKept});
}

TEST_F(ImportRefused, TensorsThatReachBeyondTheirValues) {
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  expect_claim_refused({.name = "long", .sizes = {5}, .strides = {1}});
  expect_claim_refused({.name = "late", .offset = 1, .sizes = {4}, .strides = {1}});
  expect_claim_refused({.name = "wide", .sizes = {2, 2}, .strides = {3, 1}});
  expect_claim_refused({.name = "early", .offset = -1, .sizes = {1}, .strides = {1}});
  expect_claim_refused({.name = "backwards", .offset = 3, .sizes = {4}, .strides = {-1}});
  expect_claim_refused({.name = "repeated", .sizes = {1000000, 1000000}, .strides = {0, 0}});
  expect_claim_refused({.name = "overflowing_count", .sizes = {kMax, kMax}, .strides = {1, 1}});
  expect_claim_refused({.name = "overflowing_reach", .sizes = {2, 2}, .strides = {kMax, kMax}});
  expect_claim_refused({.name = "far", .offset = kMax, .sizes = {1}, .strides = {1}});
  expect_claim_refused({.name = "negative", .sizes = {-1}, .strides = {1}});
  expect_claim_refused({.name = "negative_after_zero", .sizes = {0, -1}, .strides = {1, 1}});
  expect_claim_refused({.name = "unlike", .sizes = {2, 2}, .strides = {1}});
  expect_claim_refused({.name = "wider_type", .storage_type = "DoubleStorage", .sizes = {4}, .strides = {1}});
}

TEST_F(ImportRefused, ValuesThatAreNotThere) {
  test::write_archive(file_, {{"data.pkl", test::pickle_of({{.name = "lost", .sizes = {1}, .strides = {1}}})}});
  expect_refused(file_, "can't be read");
}

}  // namespace
}  // namespace sasrec::training
