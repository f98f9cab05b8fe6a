#include "training/pytorch/pickle_value.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace sasrec::training::pickle {
namespace {

std::string refusal(const std::function<void()>& work) {
  try {
    work();
  } catch (const Refused& refused) {
    return refused.what();
  }
  return "it was taken";
}

Tuple tensor_arguments() {
  return {Storage{at::kHalf, "12"}, std::int64_t{3}, std::vector<std::int64_t>{2, 4}, std::vector<std::int64_t>{4, 1}};
}

TEST(PickleValue, KnowsTheNamesThatTensorsNeedAndNoOthers) {
  EXPECT_EQ(std::get<Function>(resolve("collections", "OrderedDict")), Function::kDictionary);
  EXPECT_EQ(std::get<Function>(resolve("torch._utils", "_rebuild_tensor_v2")), Function::kTensor);
  EXPECT_EQ(std::get<at::ScalarType>(resolve("torch", "LongStorage")), at::kLong);
  EXPECT_EQ(refusal([] { resolve("os", "system"); }),
            "it needs the Python name os.system, and only tensors are read (nothing was run)");
  EXPECT_NE(refusal([] { resolve("torch", "OrderedDict"); }), "it was taken");
  EXPECT_NE(refusal([] { resolve("os", "LongStorage"); }), "it was taken");
}

TEST(PickleValue, BuildsATensorsDescription) {
  const auto tensor = std::get<PickledTensor>(call(Function::kTensor, tensor_arguments()));
  EXPECT_EQ(tensor.type, at::kHalf);
  EXPECT_EQ(tensor.storage, "12");
  EXPECT_EQ(tensor.offset, 3);
  EXPECT_THAT(tensor.sizes, testing::ElementsAre(2, 4));
  EXPECT_THAT(tensor.strides, testing::ElementsAre(4, 1));
  EXPECT_EQ(std::get<PickledTensor>(call(Function::kParameter, {tensor})).storage, "12");
}

TEST(PickleValue, RefusesOtherDescriptions) {
  auto arguments = tensor_arguments();
  arguments[2] = std::vector<std::int64_t>(9, 1);
  EXPECT_EQ(refusal([&] { call(Function::kTensor, arguments); }), "a tensor has more than 8 dimensions");
  arguments[2] = std::int64_t{1};
  EXPECT_EQ(refusal([&] { call(Function::kTensor, arguments); }), "a tensor is described in an unknown way");
  EXPECT_NE(refusal([] { call(Function::kTensor, {}); }), "it was taken");
  EXPECT_NE(refusal([] { call(Function::kDictionary, {Item(std::int64_t{1})}); }), "it was taken");
}

TEST(PickleValue, AStoragesKeyIsShortAndBelongsToAStorage) {
  Tuple tuple{std::string_view("storage"), at::kFloat, std::string_view("0"), std::string_view("cuda:0"),
              std::int64_t{8}};
  const auto storage = storage_of(tuple);
  EXPECT_EQ(storage.type, at::kFloat);
  EXPECT_EQ(storage.key, "0");
  tuple[2] = std::string_view("000000000000000000000");
  EXPECT_NE(refusal([&] { storage_of(tuple); }), "it was taken");
  tuple[2] = std::string_view("0");
  tuple[0] = std::string_view("module");
  EXPECT_NE(refusal([&] { storage_of(tuple); }), "it was taken");
}

TEST(PickleValue, ATupleInsideATupleHoldsNumbersOnly) {
  EXPECT_THAT(numbers_of({Item(std::int64_t{5}), Item(std::int64_t{-1})}), testing::ElementsAre(5, -1));
  EXPECT_NE(refusal([] { numbers_of({Item(std::string_view("x"))}); }), "it was taken");
}

}  // namespace
}  // namespace sasrec::training::pickle
