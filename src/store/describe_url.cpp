#include "store/describe_url.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <memory>
#include <string_view>

namespace sasrec::store {
namespace {

using Options = std::unique_ptr<PQconninfoOption, decltype([](PQconninfoOption* all) { PQconninfoFree(all); })>;

}  // namespace

std::string describe_url(const std::string& url) {
  const Options given(PQconninfoParse(url.c_str(), nullptr));
  const Options defaults(PQconndefaults());
  const auto value = [&](std::string_view keyword) -> std::string {
    for (const auto* options : {given.get(), defaults.get()}) {
      for (; options != nullptr && options->keyword != nullptr; ++options) {
        if (options->keyword == keyword && options->val != nullptr) return options->val;
      }
    }
    return "";
  };
  const auto user = value("user");
  auto host = value("host");
  if (host.empty()) host = value("hostaddr");
  if (host.empty()) host = "localhost";
  auto name = value("dbname");
  if (name.empty()) name = user;
  return fmt::format("postgres://{}@{}:{}/{}", user, host, value("port"), name);
}

}  // namespace sasrec::store
