#include "training/pytorch/pickled_tensors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "parity/pytorch_file.hpp"

namespace sasrec::training {
namespace {

using testing::HasSubstr;

std::string good_pickle() {
  return test::pickle_of({{.name = "first", .key = "7", .offset = 3, .sizes = {2, 4}, .strides = {4, 1}},
                          {.name = "second", .storage_type = "HalfStorage", .sizes = {}, .strides = {}}});
}

std::string error_of(std::string_view pickle) {
  const auto parsed = parse_pickled_tensors(pickle);
  return parsed ? "it was taken" : parsed.error().message;
}

TEST(PickledTensors, ReadsWhatAPickleSays) {
  const auto tensors = parse_pickled_tensors(good_pickle()).value();
  ASSERT_EQ(tensors.size(), 2U);
  const auto& first = tensors.at("first");
  EXPECT_EQ(first.type, at::kFloat);
  EXPECT_EQ(first.storage, "7");
  EXPECT_EQ(first.offset, 3);
  EXPECT_THAT(first.sizes, testing::ElementsAre(2, 4));
  EXPECT_THAT(first.strides, testing::ElementsAre(4, 1));
  EXPECT_EQ(tensors.at("second").type, at::kHalf);
  EXPECT_THAT(tensors.at("second").sizes, testing::IsEmpty());
}

TEST(PickledTensors, RefusesEveryBeginning) {
  const auto pickle = good_pickle();
  for (std::size_t size = 0; size < pickle.size(); ++size) EXPECT_NE(error_of(pickle.substr(0, size)), "it was taken");
}

/// Any byte in any place: an answer or an error, never a crash. (Run under the sanitizers too.)
TEST(PickledTensors, SurvivesEveryChangedByte) {
  const auto pickle = good_pickle();
  std::size_t refused = 0;
  for (std::size_t place = 0; place < pickle.size(); ++place) {
    for (int byte = 0; byte < 256; ++byte) {
      auto changed = pickle;
      changed[place] = static_cast<char>(byte);
      refused += parse_pickled_tensors(changed) ? 0U : 1U;
    }
  }
  EXPECT_GT(refused, pickle.size() * 128);
}

TEST(PickledTensors, RefusesNamesOfAnythingElse) {
  EXPECT_THAT(error_of("\x80\x02"
                       "cos\nsystem\nX\x02\x00\x00\x00ls\x85R."),
              HasSubstr("os.system"));
  EXPECT_THAT(error_of("c__builtin__\neval\n."), HasSubstr("__builtin__.eval"));
  EXPECT_THAT(error_of("ctorch\nload\n."), HasSubstr("torch.load"));
  EXPECT_THAT(error_of("ccollections\nCounter\n."), HasSubstr("collections.Counter"));
}

TEST(PickledTensors, RefusesOtherOperationsAndProtocols) {
  EXPECT_THAT(error_of("\x80\x04N."), HasSubstr("protocol 4"));
  EXPECT_THAT(error_of("(ios\nsystem\n."), HasSubstr("operation 0x69"));  // INST calls
  EXPECT_THAT(error_of("}\x81."), HasSubstr("operation 0x81"));           // NEWOBJ makes an object
  EXPECT_THAT(error_of("}h\x05."), HasSubstr("refers to a container twice"));
}

TEST(PickledTensors, RefusesWhatIsMalformed) {
  for (const auto* pickle : {".", "R.", "(.", "t.", "u.", "}(K\x01u.", "}(R.", "K\x01K\x02s.", "K\x01}b.", "Q."}) {
    EXPECT_NE(error_of(pickle), "it was taken") << pickle;
  }
  EXPECT_THAT(error_of("\x8a\x09"
                       "123456789."),
              HasSubstr("beyond 64 bits"));
}

/// Nesting and repetition can't use up the stack or the memory.
TEST(PickledTensors, RefusesDeepNesting) {
  EXPECT_NE(error_of(std::string(1000000, '(') + "."), "it was taken");
  std::string tuples = "N";
  for (int i = 0; i < 1000000; ++i) tuples += '\x85';
  EXPECT_NE(error_of(tuples + "."), "it was taken");
}

}  // namespace
}  // namespace sasrec::training
