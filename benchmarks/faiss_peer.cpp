#include "benchmarks/faiss_peer.hpp"

#include <string>

#include "benchmarks/peer_process.hpp"

namespace sasrec::benchmarks {

Timing faiss_search(const std::filesystem::path& python, std::span<const float> rows, std::span<const float> states,
                    std::size_t hidden, std::size_t k, std::size_t rounds,
                    const std::function<void(std::size_t state, std::span<const double>)>& checked) {
  PeerProcess peer;
  peer.write("table", rows);
  peer.write("states", states);
  peer.start(python, "faiss_peer.py", {std::to_string(hidden), std::to_string(k), std::to_string(rounds)});
  const auto times = peer.read(3);
  for (std::size_t state = 0; state < states.size() / hidden; ++state) checked(state, peer.read(k));
  return {times[0], times[1], times[2]};
}

}  // namespace sasrec::benchmarks
