#pragma once

#include <optional>

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

#include "http/problem.hpp"
#include "http/server/message.hpp"

namespace sasrec::http {

using RequestHead = boost::beast::http::request_header<boost::beast::http::fields>;

/// What a handler needs of a request's header. The views are into `head`.
Request read_head(const RequestHead& head);

/// What is wrong with a header that the parser let through; none if nothing.
std::optional<Problem> head_problem(const RequestHead& head);

}  // namespace sasrec::http
