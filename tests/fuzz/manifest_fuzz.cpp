// Any text as a manifest: refused or read. What is read names the known files only, and can be written and read again.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "checkpoint/manifest.hpp"

namespace {

using namespace sasrec::checkpoint;

void expect(bool holds) {
  if (!holds) std::abort();
}

const sasrec::base::Vocabulary& vocabulary() {
  static const auto items = sasrec::base::Vocabulary::build({"a", "b", "c", "d"}).value();
  return items;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto manifest = parse_manifest({reinterpret_cast<const char*>(data), size});
  if (!manifest) return 0;
  expect(manifest->files.size() == kListedFiles.size());
  for (const auto name : kListedFiles) expect(manifest->files.contains(name));
  const std::string written = write_manifest(*manifest);
  const auto again = parse_manifest(written);
  expect(again && write_manifest(*again) == written);
  const auto answers = to_answers(manifest->golden, vocabulary());
  if (!answers) return 0;
  const auto lines = to_lines(*answers, vocabulary());
  expect(lines && lines->size() == manifest->golden.size());
  return 0;
}
