#pragma once

#include <string>
#include <string_view>

#include "http/server/message.hpp"

namespace sasrec::http {

/// What becomes of the connection after an answer, as the answer says it.
enum class Connection : unsigned char {
  kDefault,    ///< kept, as HTTP/1.1 does
  kKeepAlive,  ///< kept, said to a client of HTTP/1.0
  kClose,
};

/// Whether the pieces of a stream are sent as chunks: where the connection is kept its end must be seen.
inline bool is_chunked(const Response& response, Connection connection) {
  return response.stream && connection == Connection::kDefault;
}

/// Appends the status line and the header fields, security headers and the date among them.
void append_head(std::string& head, const Response& response, std::string_view request_id, Connection connection);

}  // namespace sasrec::http
