#include "integration/sasrec_fixture.hpp"

namespace sasrec::test {
namespace {

/// How `sasrec recommend` writes answers.
class AnswerText : public SasrecTest {
 protected:
  std::vector<std::string> command(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments{"recommend", "--model", checkpoints()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
};

TEST_F(AnswerText, ShowsATableWithTitlesToPeople) {
  const auto catalogue =
      file("movies.csv", "movieId,title,genres\nitem-12,\"Zwölf, der Film\",Drama\nitem-11,Eleven,Drama\n");
  EXPECT_EQ(output(command({"--history", "", "-k", "2", "--items", catalogue})),
            "rank  item     score  title\n"
            "   1  item-12     12  Zwölf, der Film\n"
            "   2  item-11     11  Eleven\n");
}

TEST_F(AnswerText, PutsTitlesIntoTheDocumentWhereThereAreSome) {
  const auto catalogue = file("movies.dat", "item-12::Caf\xe9 (1999)::Drama\n");  // Latin-1
  const auto json = document(command({"--history", "", "-k", "2", "--items", catalogue}));
  EXPECT_EQ(json.at("items").at(0).at("title").as_string(), "Café (1999)");
  EXPECT_FALSE(json.at("items").at(1).as_object().contains("title"));
}

}  // namespace
}  // namespace sasrec::test
