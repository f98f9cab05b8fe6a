#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "http/server/admission.hpp"
#include "http/server/exchange.hpp"
#include "http/server/loop.hpp"
#include "http/server/response_head.hpp"

namespace sasrec::http {

/// One connection, from the accept to its close: reads requests one after the other and answers them in order. All on
/// its loop's thread. Shared by its coroutine and the watch for the client's going away, which may end after it.
class Session : public std::enable_shared_from_this<Session> {
 public:
  using Clock = std::chrono::steady_clock;
  using Socket = boost::asio::ip::tcp::socket;

  Session(Socket socket, Loop& loop, const Shared& shared);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Answers requests until the connection is closed.
  Task<void> run();
  /// Answers 503 without having read anything, and closes: there are too many connections.
  Task<void> turn_away();

  /// Ends the step that is under way if its time is over. Called a few times a second.
  void check_deadline(Clock::time_point now);
  /// Closes the connection if no request is being answered, else after that; what is waited for is not waited for
  /// longer.
  void stop();

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  using Error = boost::system::error_code;
  enum class After : unsigned char { kKeep, kClose, kLinger };

  Task<After> serve_one();
  Task<bool> await_first_byte();
  Task<Error> read_body(Parser& parser, Arrival& arrival);
  Task<Response> handle(Arrival& arrival);
  /// `origin` is the request's, where its header was read.
  Task<After> refuse_unreadable(Error error, std::string_view origin);
  Task<After> answer(Response response, const Arrival& arrival, After after, unsigned version);
  Task<bool> write(std::string_view body);
  /// The pieces of the response's stream, until it ends or the client goes away. False: the connection is of no use.
  Task<bool> write_stream(Response response, Connection connection);
  Task<void> linger();
  void watch_client();

  Socket socket_;
  Loop& loop_;
  const Shared& shared_;
  std::string address_;
  boost::beast::flat_buffer buffer_;
  Waiter waiter_;
  std::string head_;
  Clock::time_point deadline_ = Clock::time_point::max();
  Clock::time_point begun_;  ///< when the present request's header was there
  bool first_ = true;
  bool idle_ = false;
  bool overdue_ = false;
  bool watched_ = false;
};

}  // namespace sasrec::http
