#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "base/result.hpp"

namespace sasrec::checkpoint {

/// The windows of one feature of monitoring: in each, how many observations fell into each bin.
struct FeatureWindows {
  std::string feature;
  std::vector<std::vector<std::uint64_t>> windows;

  bool operator==(const FeatureWindows&) const = default;
};

/// reference.json: what later traffic is held against.
struct Reference {
  std::vector<std::uint32_t> item_counts;      ///< training interactions of each item, in vocabulary order
  std::vector<std::uint64_t> history_lengths;  ///< bin i: users whose training part has [2^i, 2^(i+1)) items
  std::vector<FeatureWindows> drift;

  bool operator==(const Reference&) const = default;
};

/// {"item_counts": [5, …], "history_lengths": [0, 4, …], "drift": {…}}
boost::json::object to_json(const Reference& reference);

/// Reads the reference of a model of `items` items. Older and imported versions may lack every part: item_counts are
/// then all 0, the rest is empty. kCorrupt: item_counts are there, but are not `items` whole numbers of 32 bits,
/// because a wrong order of popularity would be served. What is wrong in the rest is left out: it is learned anew in
/// service.
base::Result<Reference> read_reference(const boost::json::object& json, std::size_t items);

/// reference.json's "drift": {"format": 1, "features": {"history_length": {"windows": [[0, 3, …], …]}, …}}.
boost::json::object drift_json(std::span<const FeatureWindows> features);

/// Leaves out what is of another format or is no list of counts.
std::vector<FeatureWindows> read_drift(const boost::json::value& json);

}  // namespace sasrec::checkpoint
