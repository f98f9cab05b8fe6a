#include "benchmarks/faiss_peer.hpp"

#include <string>
#include <vector>

#include "benchmarks/peer_process.hpp"

namespace sasrec::benchmarks {

Timing faiss_search(const std::filesystem::path& python, std::span<const float> rows, std::span<const float> states,
                    const FaissSearch& search,
                    const std::function<void(std::size_t state, std::span<const double>)>& checked) {
  PeerProcess peer;
  peer.write("table", rows);
  peer.write("states", states);
  std::vector<std::string> arguments;
  for (const std::size_t number : {search.hidden, search.k, search.rounds, search.batch, search.threads}) {
    arguments.push_back(std::to_string(number));
  }
  peer.start(python, "faiss_peer.py", arguments);
  const auto times = peer.read(3);
  for (std::size_t state = 0; state < states.size() / search.hidden; ++state) checked(state, peer.read(search.k));
  return {times[0], times[1], times[2]};
}

}  // namespace sasrec::benchmarks
