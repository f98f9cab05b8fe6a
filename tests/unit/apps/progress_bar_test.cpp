#include "apps/progress_bar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace sasrec::apps {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

TEST(RenderDuration, ShowsHoursOnlyWhenThereAreSome) {
  EXPECT_EQ(render_duration(milliseconds(8500)), "0:09");
  EXPECT_EQ(render_duration(seconds(754)), "12:34");
  EXPECT_EQ(render_duration(seconds(3723)), "1:02:03");
  EXPECT_EQ(render_duration(seconds(-5)), "0:00");
}

TEST(RenderProgress, ShowsBarCountsRateTimeLeftAndNote) {
  const Progress progress{.label = "train", .done = 512, .total = 1024, .elapsed = seconds(4), .note = "loss 4.21"};
  EXPECT_EQ(render_progress(progress, 100, Colour::kOff),
            "train [==============>               ] 512/1,024  50%  128/s  0:04 left  loss 4.21");
  EXPECT_EQ(render_progress_line(progress), "train  512/1,024  50%  128/s  0:04 left  loss 4.21");
}

TEST(RenderProgress, NeverGetsWiderThanTheTerminal) {
  const Progress progress{.label = "train", .done = 10, .total = 20, .elapsed = seconds(1), .note = "loss 1 NDCG 2"};
  for (std::size_t width = 1; width < 120; ++width) {
    EXPECT_LE(render_progress(progress, width, Colour::kOff).size(), width);
  }
  EXPECT_THAT(render_progress(progress, 30, Colour::kOff), Not(HasSubstr("[")));
}

TEST(RenderProgress, SaysAnHonestHundredPercentOnly) {
  EXPECT_THAT(render_progress_line({.label = "x", .done = 999, .total = 1000}), HasSubstr(" 99%"));
}

TEST(RenderProgress, ResumedWorkDoesNotCountInTheRate) {
  EXPECT_THAT(render_progress_line({.label = "x", .done = 110, .total = 120, .start = 100, .elapsed = seconds(20)}),
              EndsWith("2.0 s each  0:20 left"));
}

TEST(RenderProgress, ShowsUnitsOfWhatIsCountedInParts) {
  const Progress progress{
      .label = "train", .done = 7250, .total = 28'000, .start = 6000, .unit = 1000, .elapsed = seconds(10)};
  EXPECT_EQ(render_progress_line(progress), "train  7/28  25%  8.0 s each  2:46 left");
}

TEST(RenderProgress, UnknownTotalHasNeitherBarNorShare) {
  EXPECT_EQ(render_progress({.label = "read", .done = 50, .elapsed = seconds(2)}, 80, Colour::kOff),
            "read  50  25/s  in 0:02");
}

TEST(RenderProgress, ColoursOnlyWhenAsked) {
  const Progress progress{.label = "x", .done = 1, .total = 2};
  EXPECT_THAT(render_progress(progress, 80, Colour::kOn), HasSubstr("\x1b[32m"));
  EXPECT_THAT(render_progress(progress, 80, Colour::kOff), Not(HasSubstr("\x1b")));
}

/// A bar that writes into memory, with a clock that the test moves.
class ProgressBarTest : public testing::Test {
 public:
  ~ProgressBarTest() override {
    std::fclose(file_);
    std::free(text_);
  }

 protected:
  ProgressBarTest() : file_(open_memstream(&text_, &size_)) {}
  ProgressOutput output(ProgressOutput::Style style) {
    return {.file = file_,
            .style = style,
            .width = [] { return std::size_t{60}; },
            .now =
                [this] {
                  return now_;
                }};
  }

  std::string written() {
    std::fflush(file_);
    return {text_, size_};
  }

  char* text_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* file_;
  std::chrono::steady_clock::time_point now_{};
};

TEST_F(ProgressBarTest, PlainLinesComeEveryTenSecondsAndAtTheEnd) {
  ProgressBar bar({.label = "work", .total = 100}, output(ProgressOutput::Style::kLines));
  for (std::size_t done = 1; done <= 100; ++done) {
    now_ += milliseconds(250);
    bar.update(done);
  }
  bar.finish();
  bar.finish();
  bar.update(100);
  EXPECT_EQ(written(),
            "work  40/100  40%  4.0/s  0:15 left\n"
            "work  80/100  80%  4.0/s  0:05 left\n"
            "work  100/100  100%  4.0/s  in 0:25\n");
}

TEST_F(ProgressBarTest, TerminalIsRedrawnAtMostTenTimesASecond) {
  ProgressBar bar({.label = "work", .total = 1000}, output(ProgressOutput::Style::kTerminal));
  for (std::size_t done = 1; done <= 1000; ++done) {
    now_ += milliseconds(1);
    bar.update(done);
  }
  bar.finish();
  const std::string text = written();
  const auto redraws = std::count(text.begin(), text.end(), '\r');
  EXPECT_GE(redraws, 10);
  EXPECT_LE(redraws, 12);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_THAT(text, HasSubstr("1,000/1,000  100%"));
}

TEST_F(ProgressBarTest, PrintedLinesStayAboveTheBar) {
  ProgressBar bar({.label = "work", .total = 10}, output(ProgressOutput::Style::kTerminal));
  bar.update(1);
  bar.print("epoch 1: loss 2.5");
  bar.update(2);
  bar.finish();
  EXPECT_THAT(written(), HasSubstr("\r\x1b[2Kepoch 1: loss 2.5\n\r\x1b[2Kwork"));
}

TEST_F(ProgressBarTest, WorkThatNeverBeganLeavesNoTrace) {
  {
    const ProgressBar bar({.label = "work", .total = 10}, output(ProgressOutput::Style::kLines));
  }
  EXPECT_THAT(written(), testing::IsEmpty());
}

}  // namespace
}  // namespace sasrec::apps
