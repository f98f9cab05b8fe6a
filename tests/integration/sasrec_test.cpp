#include "integration/sasrec_fixture.hpp"
#include "support/process.hpp"

namespace sasrec::test {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

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

/// Every command that reads model versions, without the option that says where they are.
const std::vector<std::vector<std::string>> kReaders{{"recommend", "--history", "item-1", "-k", "1", "--json"},
                                                     {"model", "list", "--json"},
                                                     {"model", "show", "--json"},
                                                     {"model", "verify", "--json"}};

TEST_F(Program, FindsCheckpointsInVarUnlessToldOtherwise) {
  const auto var = folder_.path() / "var";
  std::filesystem::create_directory(var);
  std::filesystem::rename(checkpoints(), var / "checkpoints");
  for (const auto& command : kReaders) {
    Process process(SASREC_PROGRAM, command, {.folder = folder_.path()});
    EXPECT_EQ(process.wait(), 0) << process.err();
    EXPECT_THAT(process.out(), HasSubstr(version()));
    EXPECT_THAT(process.err(), HasSubstr("checkpoints: var/checkpoints\n"));
    EXPECT_THAT(process.out(), Not(HasSubstr("var/checkpoints")));
  }
}

TEST_F(Program, TakesCheckpointsFromOptionEnvironmentAndFile) {
  const auto settings = file("sasrec.toml", "checkpoints = \"" + checkpoints() + "\"\n");
  const auto elsewhere = (folder_.path() / "elsewhere").string();
  for (const auto& command : kReaders) {
    const auto expect = [&](std::vector<std::string> more, const std::vector<std::string>& environment,
                            const std::string& found) {
      more.insert(more.begin(), command.begin(), command.end());
      const auto finished = run(SASREC_PROGRAM, more, environment);
      EXPECT_EQ(finished.exit_code, 0) << finished.err;
      EXPECT_THAT(finished.err, HasSubstr("checkpoints: " + found + "\n"));
      EXPECT_THAT(finished.out, HasSubstr(version()));
    };
    expect({"--checkpoints", checkpoints()}, {}, checkpoints());
    expect({"--checkpoints", checkpoints()}, {"SASREC_CHECKPOINTS=" + elsewhere}, checkpoints());
    expect({}, {"SASREC_CHECKPOINTS=" + checkpoints()}, checkpoints());
    expect({"--config", settings}, {}, checkpoints());
  }
}

TEST_F(Program, TakesAFolderOrOneVersionByEitherName) {
  for (const std::string name : {"--checkpoints", "--model"}) {
    for (const auto& path : {checkpoints(), version_.string()}) {
      const auto answer = document({"recommend", name, path, "--history", "item-1", "-k", "1"});
      EXPECT_EQ(answer.at("model").as_string(), version());
    }
    expect_error({"evaluate", name, "nowhere", "--data", "none.csv"}, 1, "nowhere");
  }
}

}  // namespace
}  // namespace sasrec::test
