#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/endpoints.hpp"

namespace sasrec::http {

/// Where a path leads.
struct Match {
  const Endpoint* endpoint = nullptr;        ///< null: no such route, or not with this method
  std::string_view route;                    ///< the pattern; empty: no such route
  std::string allow;                         ///< the methods that the route has, unless the endpoint was found
  std::vector<std::string_view> path_names;  ///< of the values: "id" for {id}
  std::vector<std::string> path_values;      ///< decoded
  bool readable = true;                      ///< false: the value of a {name} is not percent-encoded UTF-8
};

/// Routes that are written out go before patterns. HEAD finds what GET does.
Match find_endpoint(std::span<const Endpoint> endpoints, Method method, std::string_view path);

}  // namespace sasrec::http
