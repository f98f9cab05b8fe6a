#include "bus/bus.hpp"

#include <algorithm>
#include <array>

namespace sasrec::bus {

std::string_view name(Topic topic) {
  constexpr std::array<std::string_view, kTopics> kNames{"sasrec.requests", "sasrec.results", "sasrec.interactions",
                                                         "sasrec.models",   "sasrec.dead",    "sasrec.items"};
  return kNames[static_cast<std::size_t>(topic)];
}

std::string_view name(Group group) {
  constexpr std::array<std::string_view, 3> kNames{"sasrec-workers", "sasrec-writers", ""};
  return kNames[static_cast<std::size_t>(group)];
}

std::string_view header(const Message& message, std::string_view name) {
  const auto found = std::ranges::find(message.headers, name, &Header::name);
  return found == message.headers.end() ? std::string_view() : std::string_view(found->value);
}

}  // namespace sasrec::bus
