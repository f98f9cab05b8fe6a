#include "http/server/session.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <array>
#include <exception>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>

#include "http/bodies/request_fields.hpp"
#include "http/server/response_stream.hpp"
#include "http/server/unreadable.hpp"

namespace sasrec::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kBufferBytes = 64UL * 1024;

// What these return is what they put into `ignored`; a connection that is ending has no use for it.

void cancel(asio::ip::tcp::socket& socket) {
  beast::error_code ignored;
  ignored = socket.cancel(ignored);
}

void close(asio::ip::tcp::socket& socket) {
  beast::error_code ignored;
  ignored = socket.close(ignored);
}

template <class Parser>
Admission::Body body_ahead(Parser& parser) {
  if (parser.is_done()) return {};
  Admission::Body body{.follows = true};
  if (const auto length = parser.content_length()) body.length = *length;
  return body;
}

}  // namespace

Session::Session(Socket socket, Loop& loop, const Shared& shared)
    : socket_(std::move(socket)),
      loop_(loop),
      shared_(shared),
      buffer_(kBufferBytes),
      waiter_(loop.context.get_executor()),
      begun_(Clock::now()) {
  beast::error_code ignored;
  const auto remote = socket_.remote_endpoint(ignored);
  if (!ignored) address_ = remote.address().to_string();
  ignored = socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  ignored = socket_.non_blocking(true, ignored);  // for the look whether the client is still there
  loop_.sessions.insert(this);
}

Session::~Session() {
  loop_.sessions.erase(this);
}

void Session::check_deadline(Clock::time_point now) {
  if (now < deadline_) return;
  overdue_ = true;
  cancel(socket_);
}

void Session::stop() {
  waiter_.hurry();
  if (idle_) cancel(socket_);
}

Task<void> Session::run() {
  auto after = After::kKeep;
  while (after == After::kKeep) after = co_await serve_one();
  if (after == After::kLinger) co_await linger();
  close(socket_);
}

Task<void> Session::turn_away() {
  shared_.metrics.refused(Refusal::kOverload);
  Arrival arrival;
  arrival.request.method = Method::kOther;
  arrival.request.request_id = request_id({});
  auto refusal = to_response(Problem{.status = 503, .detail = "too many connections are open", .retry_after = 1});
  co_await answer(std::move(refusal), arrival, After::kLinger, 11);
  co_await linger();
  close(socket_);
}

Task<Session::After> Session::serve_one() {
  if (!co_await await_first_byte()) co_return After::kClose;
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(shared_.options.limits.header_bytes));
  parser.body_limit(boost::none);  // or it would judge a Content-Length before the route is known
  const auto [header_error, header_size] = co_await wire::async_read_header(socket_, buffer_, parser, kNoThrow);
  begun_ = Clock::now();
  if (header_error) co_return co_await refuse_unreadable(header_error, {});

  auto arrival = shared_.admission.admit(parser.get(), address_, body_ahead(parser));
  const auto version = parser.get().version();
  auto after = parser.keep_alive() ? After::kKeep : After::kClose;
  if (arrival.body_unwanted) {
    co_return co_await answer(*std::move(arrival.refusal), arrival, After::kLinger, version);
  }
  if (!parser.is_done()) {
    const auto body_error = co_await read_body(parser, arrival);
    if (body_error) co_return co_await refuse_unreadable(body_error, arrival.request.origin);
  }
  deadline_ = Clock::time_point::max();
  if (arrival.refusal) co_return co_await answer(*std::move(arrival.refusal), arrival, after, version);
  arrival.request.body = std::move(parser.get().body());
  auto response = co_await handle(arrival);
  co_return co_await answer(std::move(response), arrival, after, version);
}

Task<bool> Session::await_first_byte() {
  const auto& limits = shared_.options.limits;
  if (buffer_.size() == 0) {
    if (loop_.stopping) co_return false;
    deadline_ = Clock::now() + (first_ ? limits.header_time : limits.idle_time);
    idle_ = true;
    constexpr std::size_t kPiece = 8UL * 1024;
    const auto [error, size] = co_await socket_.async_read_some(buffer_.prepare(kPiece), kNoThrow);
    idle_ = false;
    if (error) co_return false;
    buffer_.commit(size);
    if (!first_) deadline_ = Clock::now() + limits.header_time;
  } else {
    deadline_ = Clock::now() + limits.header_time;
  }
  first_ = false;
  co_return true;
}

Task<Session::Error> Session::read_body(Parser& parser, Arrival& arrival) {
  deadline_ = Clock::now() + shared_.options.limits.body_time;
  // A client that already sends the body does not need the interim response.
  if (arrival.expects_continue && buffer_.size() == 0) {
    head_ = "HTTP/1.1 100 Continue\r\n\r\n";
    if (!co_await write({})) co_return asio::error::broken_pipe;
  }
  parser.body_limit(arrival.body_limit);
  const auto [error, size] = co_await wire::async_read(socket_, buffer_, parser, kNoThrow);
  co_return error;
}

Task<Response> Session::handle(Arrival& arrival) {
  Exchange exchange(
      {.limits = shared_.options.limits, .pool = shared_.pool, .mailbox = loop_.mailbox, .stopping = loop_.stopping},
      waiter_, arrival.request, {.name = arrival.caller, .may_read = arrival.may_read});
  if (arrival.match.endpoint->needs == Needs::kLoaded) {
    if (const auto loaded = shared_.services.api->loaded(); !loaded) {
      co_return to_response(Problem{.status = 503, .detail = loaded.error().message, .retry_after = 1});
    }
  }
  if (!arrival.request.prefer.empty()) watch_client();
  try {
    co_return co_await arrival.match.endpoint->handler(exchange, shared_.services);
  } catch (const std::exception& error) {
    spdlog::error("http: {} {} failed, request {}, trace {}: {}", to_string(arrival.request.method),
                  arrival.match.route, arrival.request.request_id, arrival.request.traceparent, error.what());
  }
  co_return to_response(Problem{.status = 500, .detail = "something went wrong in the service: its log says what"});
}

Task<Session::After> Session::refuse_unreadable(Error error, std::string_view origin) {
  const auto unreadable = explain(error, overdue_, shared_.options.limits);
  if (!unreadable) co_return After::kClose;
  shared_.metrics.refused(unreadable->refusal);
  Arrival arrival;
  arrival.request.origin = origin;
  arrival.request.method = Method::kOther;
  arrival.request.request_id = request_id({});
  co_return co_await answer(to_response(unreadable->problem), arrival, After::kLinger, 11);
}

Task<Session::After> Session::answer(Response response, const Arrival& arrival, After after, unsigned version) {
  shared_.metrics.answered(arrival.match.route, arrival.request.method, response.status, Clock::now() - begun_);
  if (response.status == 503 && arrival.match.endpoint != nullptr) shared_.metrics.refused(Refusal::kOverload);
  shared_.options.cross_origin.allow(arrival.request.origin, response);
  if (loop_.stopping && after == After::kKeep) after = After::kClose;
  auto connection = after == After::kKeep ? Connection::kDefault : Connection::kClose;
  if (connection == Connection::kDefault && version < 11) {
    // Without chunks a stream ends with its connection.
    connection = response.stream ? Connection::kClose : Connection::kKeepAlive;
  }
  head_.clear();
  append_head(head_, response, arrival.request.request_id, connection);
  overdue_ = false;
  deadline_ = Clock::now() + shared_.options.limits.write_time;
  const bool head_only = arrival.request.method == Method::kHead;
  bool written = co_await write(head_only ? std::string_view() : std::string_view(response.body));
  if (written && response.stream && !head_only) {
    if (connection != Connection::kDefault) after = After::kClose;
    written = co_await write_stream(std::move(response), connection);
  }
  if (!written) {
    if (overdue_) shared_.metrics.refused(Refusal::kSlow);
    co_return After::kClose;
  }
  co_return after;
}

Task<bool> Session::write_stream(Response response, Connection connection) {
  const bool chunked = is_chunked(response, connection);
  watch_client();
  std::string piece;
  while (true) {
    deadline_ = Clock::time_point::max();
    piece.clear();
    if (!co_await response.stream->next(waiter_, piece)) break;
    deadline_ = Clock::now() + shared_.options.limits.write_time;
    head_.clear();
    if (chunked) {
      head_ = fmt::format("{:x}\r\n", piece.size());
      piece += "\r\n";
    }
    if (!co_await write(piece)) co_return false;
  }
  if (waiter_.hurried() && !loop_.stopping) co_return false;  // the client has gone
  head_ = chunked ? "0\r\n\r\n" : "";
  deadline_ = Clock::now() + shared_.options.limits.write_time;
  co_return co_await write({});
}

Task<bool> Session::write(std::string_view body) {
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(head_), asio::buffer(body.data(), body.size())};
  const auto [error, size] = co_await asio::async_write(socket_, buffers, kNoThrow);
  co_return !error;
}

/// A close with unread data makes the kernel reset the connection, and the client may never see why. So: no more is
/// said, and what it still sends is read and dropped, for a while.
Task<void> Session::linger() {
  beast::error_code ignored;
  ignored = socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  buffer_.consume(buffer_.size());
  deadline_ = Clock::now() + shared_.options.limits.linger_time;
  idle_ = true;
  while (!loop_.stopping) {
    constexpr std::size_t kPiece = 16UL * 1024;
    const auto [error, size] = co_await socket_.async_read_some(buffer_.prepare(kPiece), kNoThrow);
    if (error) co_return;
  }
}

/// A client that waits and goes away shows by a socket that becomes readable with nothing in it.
void Session::watch_client() {
  if (watched_) return;
  watched_ = true;
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](Error error) {
    self->watched_ = false;
    if (error) return;
    char byte = 0;
    Error peeked;
    self->socket_.receive(asio::buffer(&byte, 1), Socket::message_peek, peeked);
    if (peeked && peeked != asio::error::would_block) self->waiter_.hurry();
  });
}

}  // namespace sasrec::http
