#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/process/child.hpp>
#include <boost/process/pipe.hpp>

namespace sasrec::benchmarks {

/// A peer in Python, in a process of its own. What it is to read lies in a folder that goes when the peer ends; it
/// answers in lines.
class PeerProcess {
 public:
  PeerProcess();
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;
  /// Ends the peer by the end of its input, and waits for that.
  ~PeerProcess();

  /// The folder of the peer's files.
  const std::filesystem::path& folder() const { return folder_; }

  /// Files of the folder; throw std::runtime_error if one can't be written.
  void write(std::string_view name, std::span<const float> numbers) const;
  void write(std::string_view name, std::span<const std::int64_t> numbers) const;

  /// Starts benchmarks/<script>.
  /// python   the interpreter of an environment that has what the script imports
  void start(const std::filesystem::path& python, std::string_view script, const std::vector<std::string>& arguments);

  /// The peer's next numbers, `count` of them; throws std::runtime_error if they don't come.
  std::vector<double> read(std::size_t count);

  /// An empty line to the peer: whatever it does at one.
  void ask();

 private:
  std::filesystem::path folder_;
  boost::process::opstream to_peer_;
  boost::process::ipstream from_peer_;
  boost::process::child child_;
};

}  // namespace sasrec::benchmarks
