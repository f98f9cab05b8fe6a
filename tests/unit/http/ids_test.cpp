#include "http/ids.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sasrec::http {
namespace {

TEST(Ids, OneTo256BytesWithoutControlCharacters) {
  for (const auto& id : {std::string("a"), std::string("a/b \xc3\xa4"), std::string(256, 'x')}) {
    EXPECT_EQ(id_error(id), "") << id;
  }
  for (const auto& id :
       {std::string(), std::string(257, 'x'), std::string("a\nb"), std::string("a\x7f"), std::string(1, '\0')}) {
    EXPECT_TRUE(id_error(id).ends_with("an id has 1 to 256 bytes, none of them a control character")) << id_error(id);
  }
}

}  // namespace
}  // namespace sasrec::http
