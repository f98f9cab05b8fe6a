#include "integration/sasrec_fixture.hpp"

namespace sasrec::test {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

class Program : public SasrecTest {};

TEST_F(Program, SaysItsVersion) {
  EXPECT_THAT(output({"--version"}), MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST_F(Program, EveryCommandHasHelpWithAnExample) {
  using Command = std::vector<std::string>;
  for (const auto& command :
       {Command{}, Command{"recommend"}, Command{"evaluate"}, Command{"model"}, Command{"model", "list"},
        Command{"model", "show"}, Command{"model", "verify"}, Command{"model", "activate"}}) {
    auto arguments = command;
    arguments.emplace_back("--help");
    EXPECT_THAT(output(arguments), HasSubstr("Example"));
  }
}

TEST_F(Program, RefusesWhatItDoesNotKnow) {
  expect_error({}, 2, "subcommand");
  expect_error({"recomend"}, 2, "there is no command \"recomend\"");
  expect_error({"model"}, 2, "See sasrec model --help");
  expect_error({"model", "lsit"}, 2, "there is no command \"lsit\"");
  expect_error({"recommend", "--model", checkpoints(), "--history", "item-1", "--hisory", "x"}, 2, "--hisory");
  expect_error({"evaluate", "--model", checkpoints()}, 2, "--data is required");
}

TEST_F(Program, FailsWhenStandardOutputCannotBeWritten) {
  const auto finished = run("/bin/sh", {"-c", R"("$0" "$@" > /dev/full)", SASREC_PROGRAM, "recommend", "--model",
                                        checkpoints(), "--history", "item-1"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("standard output"));
}

}  // namespace
}  // namespace sasrec::test
