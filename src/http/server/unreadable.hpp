#pragma once

#include <optional>

#include <boost/system/error_code.hpp>

#include "http/options.hpp"
#include "http/problem.hpp"
#include "http/route_metrics.hpp"

namespace sasrec::http {

/// Why a request could not be read.
struct Unreadable {
  Problem problem;
  Refusal refusal = Refusal::kParse;
};

/// The answer to a client whose request ended with `error`; `overdue`: because its time was over. None: the client has
/// gone.
std::optional<Unreadable> explain(const boost::system::error_code& error, bool overdue, const Limits& limits);

/// 413.
Problem too_large(std::size_t limit);

}  // namespace sasrec::http
