#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "support/sample_checkpoint.hpp"
#include "support/subprocess.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::test {

/// A checkpoints folder with the sample model (12 items, "item-1" to "item-12", popular by rising number) and a way to
/// run `sasrec` on it.
class SasrecTest : public testing::Test {
 protected:
  Finished sasrec(const std::vector<std::string>& arguments) const { return run(SASREC_PROGRAM, arguments); }

  /// Standard output of a run that has to succeed.
  std::string output(const std::vector<std::string>& arguments) const {
    const auto finished = sasrec(arguments);
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    return finished.out;
  }

  /// The one JSON document that a run writes.
  boost::json::object document(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    return boost::json::parse(output(arguments)).as_object();
  }

  /// A run that has to fail with this exit code, say this on standard error, and write nothing to standard output.
  void expect_error(const std::vector<std::string>& arguments, int exit_code, const std::string& message) const {
    const auto finished = sasrec(arguments);
    EXPECT_EQ(finished.exit_code, exit_code);
    EXPECT_THAT(finished.err, testing::ContainsRegex("(^|\n)error: "));
    EXPECT_THAT(finished.err, testing::HasSubstr(message));
    EXPECT_THAT(finished.out, testing::IsEmpty());
  }

  /// Writes a file and returns its path.
  std::string file(const std::string& name, std::string_view text) const {
    const auto path = folder_.path() / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

  std::string checkpoints() const { return (folder_.path() / "checkpoints").string(); }
  std::string version() const { return version_.filename().string(); }

  TemporaryFolder folder_;
  std::filesystem::path version_ = save_sample(sample_model(sample_config(), 5), folder_.path() / "checkpoints");
};

/// The "item" fields of a document.
inline std::vector<std::string> items_of(const boost::json::object& document) {
  std::vector<std::string> items;
  for (const auto& item : document.at("items").as_array()) items.emplace_back(item.at("item").as_string());
  return items;
}

/// `sasrec recommend --histories`.
class HistoriesTest : public SasrecTest {
 protected:
  std::vector<std::string> command(const std::string& path, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"recommend", "--model", checkpoints(), "--histories", path, "-k", "3"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  static std::vector<boost::json::object> documents(const std::string& text) {
    std::vector<boost::json::object> documents;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) documents.push_back(boost::json::parse(line).as_object());
    return documents;
  }
};

}  // namespace sasrec::test
