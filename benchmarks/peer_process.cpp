#include "benchmarks/peer_process.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <stdexcept>

#include <boost/process/args.hpp>
#include <boost/process/io.hpp>

namespace sasrec::benchmarks {
namespace {

std::filesystem::path new_folder() {
  static std::atomic<int> count{0};
  auto folder = std::filesystem::temp_directory_path() / fmt::format("sasrec-bench-{}-{}", ::getpid(), ++count);
  std::filesystem::create_directory(folder);
  return folder;
}

void write_bytes(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw std::runtime_error("can't write " + path.string());
}

}  // namespace

PeerProcess::PeerProcess() : folder_(new_folder()) {}

PeerProcess::~PeerProcess() {
  to_peer_.pipe().close();
  std::error_code ignored;
  if (child_.valid()) child_.wait(ignored);
  std::filesystem::remove_all(folder_, ignored);
}

void PeerProcess::write(std::string_view name, std::span<const float> numbers) const {
  write_bytes(folder_ / name, std::as_bytes(numbers));
}

void PeerProcess::write(std::string_view name, std::span<const std::int64_t> numbers) const {
  write_bytes(folder_ / name, std::as_bytes(numbers));
}

void PeerProcess::start(const std::filesystem::path& python, std::string_view script,
                        const std::vector<std::string>& arguments) {
  namespace process = boost::process;
  std::vector<std::string> words{(std::filesystem::path(SASREC_PEER_SCRIPTS) / script).string(), folder_.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::error_code error;
  child_ = process::child(python.string(), process::args(words), process::std_in<to_peer_, process::std_out> from_peer_,
                          error);
  if (error) throw std::runtime_error(fmt::format("{} can't be run: {}", python.string(), error.message()));
}

std::vector<double> PeerProcess::read(std::size_t count) {
  std::vector<double> numbers(count);
  for (double& number : numbers) from_peer_ >> number;
  if (!from_peer_) throw std::runtime_error("a peer gave no answer: its error stands above");
  return numbers;
}

void PeerProcess::ask() {
  to_peer_ << '\n' << std::flush;
}

}  // namespace sasrec::benchmarks
