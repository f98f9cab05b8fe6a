#include "http/ids.hpp"

#include <fmt/format.h>

#include "base/ids.hpp"

namespace sasrec::http {

std::string id_error(std::string_view value) {
  const auto problem = base::id_problem(value);
  return problem.empty() ? std::string()
                         : fmt::format("{}: an id has 1 to 256 bytes, none of them a control character", problem);
}

}  // namespace sasrec::http
