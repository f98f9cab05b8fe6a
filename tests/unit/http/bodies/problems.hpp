#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "http/bodies/interaction_body.hpp"
#include "http/bodies/item_body.hpp"
#include "http/bodies/recommendation_body.hpp"
#include "http/problem.hpp"

namespace sasrec::http {

inline const base::Time kNow = base::parse_time("2026-11-22T15:30:00Z").value();

/// What is wrong with a body; status 200: nothing.
inline Problem problem_of_interactions(std::string_view body) {
  const auto decoded = decode_interactions(body, "", kNow);
  return decoded ? Problem{.status = 200} : decoded.error();
}

inline Problem problem_of_request(std::string_view body) {
  const auto decoded = decode_recommendation(body);
  return decoded ? Problem{.status = 200} : decoded.error();
}

inline Problem problem_of_items(std::string_view body) {
  const auto decoded = decode_items(body);
  return decoded ? Problem{.status = 200} : decoded.error();
}

/// Where the errors are.
inline std::vector<std::string> pointers(const Problem& problem) {
  std::vector<std::string> pointers;
  pointers.reserve(problem.errors.size());
  for (const auto& error : problem.errors) pointers.push_back(error.where);
  return pointers;
}

}  // namespace sasrec::http
