#include "integration/sasrec_fixture.hpp"

namespace sasrec::test {
namespace {

using testing::HasSubstr;

class CommandLine : public SasrecTest {};

TEST_F(CommandLine, RefusesWhatItDoesNotKnow) {
  expect_error({}, 2, "subcommand");
  expect_error({"recomend"}, 2, "there is no command \"recomend\"");
  expect_error({"model"}, 2, "See sasrec model --help");
  expect_error({"model", "lsit"}, 2, "there is no command \"lsit\"");
  expect_error({"recommend", "--model", checkpoints(), "--history", "item-1", "--hisory", "x"}, 2, "--hisory");
  expect_error({"evaluate", "--model", checkpoints()}, 2, "--data is required");
}

TEST_F(CommandLine, FailsWhenStandardOutputCannotBeWritten) {
  const auto finished = run("/bin/sh", {"-c", R"("$0" "$@" > /dev/full)", SASREC_PROGRAM, "recommend", "--model",
                                        checkpoints(), "--history", "item-1"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("standard output"));
}

}  // namespace
}  // namespace sasrec::test
