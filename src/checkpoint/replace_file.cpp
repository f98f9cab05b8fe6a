#include "checkpoint/replace_file.hpp"

#include <array>
#include <cstdint>
#include <random>
#include <span>

namespace sasrec::checkpoint {

std::string make_uuid() {
  std::random_device random;  // the kernel's or the CPU's: no state that a fork would copy
  std::array<std::uint32_t, 4> word{};
  for (auto& part : word) part = random();
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:04x}{:08x}", word[0], word[1] >> 16U, word[1] & 0xFFFU,
                     0x8000U | (word[2] >> 18U), word[2] & 0xFFFFU, word[3]);
}

base::Result<void> replace_file(FileSystem& files, const std::filesystem::path& path, std::string_view text) {
  auto temporary = path;
  temporary += ".tmp-" + make_uuid();
  auto done = files.write_file(temporary, std::as_bytes(std::span(text)));
  if (done) done = files.rename(temporary, path);
  if (!done) {
    (void)files.remove_all(temporary);  // the first failure is the one to tell
    return done;
  }
  return files.sync_directory(path.parent_path());
}

}  // namespace sasrec::checkpoint
