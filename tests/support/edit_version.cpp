#include "support/edit_version.hpp"

#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/sha256.hpp"

namespace sasrec::test {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator(file), {}};
}

void write_file(const std::filesystem::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

void seal_version(const std::filesystem::path& folder) {
  const auto path = folder / "manifest.json";
  auto manifest = boost::json::parse(read_file(path));
  for (auto& file : manifest.at("files").as_object()) {
    const auto bytes = read_file(folder / std::string(file.key()));
    file.value() = {{"size", bytes.size()}, {"sha256", base::sha256(std::as_bytes(std::span(bytes)))}};
  }
  write_file(path, boost::json::serialize(manifest));
}

}  // namespace sasrec::test
