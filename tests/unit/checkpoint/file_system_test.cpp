#include "checkpoint/file_system.hpp"

#include <gmock/gmock.h>

#include "support/edit_version.hpp"
#include "support/temporary_folder.hpp"

namespace sasrec::checkpoint {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

class RealFileSystemTest : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
  FileSystem& files_ = FileSystem::real();
};

TEST_F(RealFileSystemTest, WritesNewFilesOnly) {
  const auto path = folder_.path() / "file";
  ASSERT_TRUE(files_.write_file(path, bytes("text")));
  EXPECT_EQ(test::read_file(path), "text");
  const auto again = files_.write_file(path, bytes("other"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, base::ErrorCode::kIo);
  EXPECT_THAT(again.error().message, AllOf(HasSubstr(path.string()), HasSubstr("File exists")));
  EXPECT_EQ(test::read_file(path), "text");
}

TEST_F(RealFileSystemTest, NeverWritesThroughALink) {
  fs::create_symlink(folder_.path() / "target", folder_.path() / "link");
  EXPECT_FALSE(files_.write_file(folder_.path() / "link", bytes("text")));
  EXPECT_FALSE(fs::exists(folder_.path() / "target"));
}

TEST_F(RealFileSystemTest, RenameReplacesFilesButNoFolderThatHoldsSomething) {
  ASSERT_TRUE(files_.write_file(folder_.path() / "a", bytes("new")));
  ASSERT_TRUE(files_.write_file(folder_.path() / "b", bytes("old")));
  ASSERT_TRUE(files_.rename(folder_.path() / "a", folder_.path() / "b"));
  EXPECT_EQ(test::read_file(folder_.path() / "b"), "new");
  ASSERT_TRUE(files_.create_directory(folder_.path() / "from"));
  ASSERT_TRUE(files_.create_directory(folder_.path() / "to"));
  ASSERT_TRUE(files_.write_file(folder_.path() / "to" / "file", bytes("")));
  const auto renamed = files_.rename(folder_.path() / "from", folder_.path() / "to");
  ASSERT_FALSE(renamed);
  EXPECT_THAT(renamed.error().message, HasSubstr("Directory not empty"));
}

TEST_F(RealFileSystemTest, FailuresTellPathAndReason) {
  const auto nowhere = folder_.path() / "no" / "where";
  EXPECT_THAT(files_.write_file(nowhere, bytes("")).error().message,
              AllOf(HasSubstr(nowhere.string()), HasSubstr("No such file or directory")));
  EXPECT_THAT(files_.sync_directory(nowhere).error().message, HasSubstr(nowhere.string()));
  ASSERT_TRUE(files_.write_file(folder_.path() / "file", bytes("")));
  EXPECT_THAT(files_.create_directory(folder_.path() / "file" / "x").error().message, HasSubstr("Not a directory"));
}

}  // namespace
}  // namespace sasrec::checkpoint
