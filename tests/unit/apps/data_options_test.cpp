#include "apps/data_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include "support/temporary_folder.hpp"

namespace sasrec::apps {
namespace {

using testing::HasSubstr;

class DataOptionsTest : public testing::Test {
 protected:
  std::filesystem::path file(std::string_view text) const {
    auto path = folder_.path() / "log.csv";
    std::ofstream(path) << text;
    return path;
  }

  test::TemporaryFolder folder_;
};

TEST_F(DataOptionsTest, SetWhatTheCommandLineSays) {
  dataset::ImportOptions options;
  CLI::App command;
  add_import_options(command, options);
  command.parse("--strict --user-column buyer --item-column product --time-column when");
  EXPECT_TRUE(options.strict);
  EXPECT_EQ(options.columns.user, "buyer");
  EXPECT_EQ(options.columns.item, "product");
  EXPECT_EQ(options.columns.time, "when");
}

TEST_F(DataOptionsTest, AreUsedAndWhatWasLeftOutIsShown) {
  const auto path = file("buyer,item,time\nu,a,1\nu,a,1\nu,b,x\nu,c,y\n");
  const dataset::ImportOptions options{.columns = {.user = "buyer"}, .max_shown_problems = 1};
  testing::internal::CaptureStderr();
  const auto log = load_interactions(path, options);
  const auto shown = testing::internal::GetCapturedStderr();
  ASSERT_TRUE(log) << log.error().message;
  EXPECT_EQ(log->interactions.size(), 1U);
  EXPECT_THAT(shown, HasSubstr("(csv): 4 rows read, 2 wrong and 1 duplicate rows left out\n  line 4: time \"x\""));
  EXPECT_THAT(shown, HasSubstr("\n  and 1 more\n"));
}

TEST_F(DataOptionsTest, ACatalogueHasNoneOfTheLogsColumns) {
  const auto path = file("item,title\na,A\n");
  const dataset::ImportOptions options{.columns = {.user = "buyer", .item = "product"}};
  testing::internal::CaptureStderr();
  const auto catalogue = load_catalogue(path, options);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "a clean file is not worth a word";
  ASSERT_TRUE(catalogue) << catalogue.error().message;
  EXPECT_EQ(catalogue->title("a"), "A");
}

}  // namespace
}  // namespace sasrec::apps
