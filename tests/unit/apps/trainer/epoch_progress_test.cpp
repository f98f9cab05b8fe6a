#include "apps/trainer/epoch_progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace sasrec::apps {
namespace {

using std::chrono::seconds;

/// Progress written as lines into memory, with a clock that the test moves.
class EpochProgressTest : public testing::Test {
 public:
  ~EpochProgressTest() override {
    std::fclose(file_);
    std::free(text_);
  }

 protected:
  ProgressOutput output() {
    return {.file = file_, .style = ProgressOutput::Style::kLines, .now = [this] {
              return now_;
            }};
  }

  std::string written() {
    std::fflush(file_);
    return {text_, size_};
  }

  char* text_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* file_ = open_memstream(&text_, &size_);
  std::chrono::steady_clock::time_point now_{};
};

TEST_F(EpochProgressTest, CountsEpochs) {
  {
    EpochProgress progress(20, output());
    progress.update(1, 1, 4, "loss 9");
    now_ += seconds(15);
    progress.update(1, 4, 4, "loss 8");
  }
  EXPECT_EQ(written(),
            "train  1/20  5%  20.0 s each  6:20 left  loss 8\n"
            "train  1/20  5%  20.0 s each  6:20 left  loss 8\n");
}

TEST_F(EpochProgressTest, TheTimeLeftOfAResumedRunFollowsFromWhatItDidItself) {
  {
    EpochProgress progress(20, output());
    progress.update(11, 1, 2, "");
    now_ += seconds(10);
    progress.update(11, 2, 2, "");
  }
  EXPECT_EQ(written().substr(0, written().find('\n')), "train  11/20  55%  20.0 s each  3:00 left");
}

TEST_F(EpochProgressTest, ARunWithoutAStepLeavesNoTrace) {
  {
    const EpochProgress progress(20, output());
    EXPECT_FALSE(progress.has_begun());
  }
  EXPECT_EQ(written(), "");
}

}  // namespace
}  // namespace sasrec::apps
