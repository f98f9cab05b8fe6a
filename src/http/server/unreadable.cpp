#include "http/server/unreadable.hpp"

#include <fmt/format.h>

#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>

namespace sasrec::http {

Problem too_large(std::size_t limit) {
  return {.status = 413, .detail = fmt::format("the body may have at most {} bytes", limit)};
}

std::optional<Unreadable> explain(const boost::system::error_code& error, bool overdue, const Limits& limits) {
  using Parse = boost::beast::http::error;
  if (overdue && error == boost::asio::error::operation_aborted) {
    return Unreadable{{.status = 408,
                       .detail = fmt::format("the header must be there within {} ms, the body within {} ms after it",
                                             limits.header_time.count(), limits.body_time.count())},
                      Refusal::kSlow};
  }
  if (error.category() != make_error_code(Parse::end_of_stream).category() || error == Parse::end_of_stream) {
    return std::nullopt;
  }
  // A chunk's extensions and trailing fields go into the buffer; it overflows where they never end.
  if (error == Parse::header_limit || error == Parse::buffer_overflow) {
    return Unreadable{
        {.status = 431, .detail = fmt::format("the header may have at most {} bytes", limits.header_bytes)},
        Refusal::kSize};
  }
  if (error == Parse::body_limit) {
    return Unreadable{{.status = 413, .detail = "the body is too large for this route"}, Refusal::kSize};
  }
  if (error == Parse::bad_version) {
    return Unreadable{{.status = 505, .detail = "HTTP/1.1 and HTTP/1.0 are understood"}, Refusal::kParse};
  }
  if (error == Parse::partial_message) {
    return Unreadable{{.status = 400, .detail = "the request ends before it is complete"}, Refusal::kParse};
  }
  return Unreadable{{.status = 400, .detail = fmt::format("the request is not valid HTTP: {}", error.message())},
                    Refusal::kParse};
}

}  // namespace sasrec::http
