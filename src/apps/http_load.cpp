#include "apps/http_load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

namespace sasrec::apps {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using base::ErrorCode;
using Clock = std::chrono::steady_clock;
using boost::system::error_code;

float milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<float, std::milli>(Clock::now() - start).count();
}

/// The text behind the first "id":" of a body.
std::string id_in(std::string_view body) {
  constexpr std::string_view kField = "\"id\":\"";
  const auto at = body.find(kField);
  if (at == std::string_view::npos) return {};
  const auto begin = at + kField.size();
  return std::string(body.substr(begin, body.find('"', begin) - begin));
}

class Generator {
 public:
  Generator(const HttpTarget& target, const LoadPlan& plan)
      : plan_(plan), ticker_(context_), resolved_(tcp::resolver(context_).resolve(target.host, target.port)) {
    prefix_ = fmt::format("POST {} HTTP/1.1\r\nHost: {}:{}\r\nContent-Type: application/json\r\n", plan.path,
                          target.host, target.port);
    if (!target.key.empty()) prefix_ += fmt::format("Authorization: Bearer {}\r\n", target.key);
    for (const auto& line : plan.headers) prefix_ += line + "\r\n";
    total_ = static_cast<std::size_t>(plan.rate * std::chrono::duration<double>(plan.duration).count());
  }

  LoadReport run() {
    for (std::size_t i = 0; i < plan_.connections; ++i) {
      connections_.push_back(std::make_unique<Connection>(*this));
      connections_.back()->open();
    }
    begin_ = Clock::now();
    tick();
    context_.run_until(begin_ + plan_.duration + plan_.patience);
    report_.unsent = total_ - std::min(total_, report_.sent);
    report_.seconds = std::chrono::duration<double>(last_answer_ - begin_).count();
    std::ranges::sort(report_.latencies_ms);
    std::ranges::sort(report_.refusals_ms);
    return std::move(report_);
  }

 private:
  /// One connection: idle, or with one request under way.
  class Connection {
   public:
    explicit Connection(Generator& owner) : owner_(owner), socket_(owner.context_) {}

    void open() {
      error_code error;
      asio::connect(socket_, owner_.resolved_, error);
      if (error) throw boost::system::system_error(error);
      socket_.set_option(tcp::no_delay(true));
      owner_.idle_.push_back(this);
    }

    void send(Clock::time_point due) {
      due_ = due;
      sent_ = Clock::now();
      ++owner_.report_.sent;
      const std::string body = owner_.plan_.next_body();
      request_ = owner_.prefix_;
      request_ += fmt::format("Content-Length: {}\r\n\r\n", body.size());
      request_ += body;
      asio::async_write(socket_, asio::buffer(request_), [this](error_code error, std::size_t) {
        if (error) return broken();
        read();
      });
    }

   private:
    void read() {
      parser_.emplace();
      parser_->body_limit(boost::none);
      http::async_read(socket_, buffer_, *parser_, [this](error_code error, std::size_t) {
        if (error) return broken();
        take(parser_->get());
        if (parser_->keep_alive()) {
          owner_.free(this);
        } else {
          reopen();
        }
      });
    }

    void take(const http::response<http::string_body>& answer) {
      auto& report = owner_.report_;
      const int status = static_cast<int>(answer.result_int());
      ++report.statuses[status];
      owner_.last_answer_ = Clock::now();
      if (status < 300) report.latencies_ms.push_back(milliseconds_since(due_));
      if (status == 429 || status == 503) report.refusals_ms.push_back(milliseconds_since(sent_));
      if (status == 202) report.pending_ids.push_back(id_in(answer.body()));
    }

    void broken() {
      ++owner_.report_.broken;
      reopen();
    }

    void reopen() {
      buffer_.clear();
      error_code ignored;
      ignored = socket_.close(ignored);
      asio::async_connect(socket_, owner_.resolved_, [this](error_code error, const tcp::endpoint&) {
        if (!error) owner_.free(this);
      });
    }

    Generator& owner_;
    tcp::socket socket_;
    Clock::time_point due_;
    Clock::time_point sent_;
    std::string request_;
    boost::beast::flat_buffer buffer_;
    std::optional<http::response_parser<http::string_body>> parser_;
  };

  /// Sends what has become due, and comes back in a moment.
  void tick() {
    const double elapsed = std::chrono::duration<double>(Clock::now() - begin_).count();
    const auto due = std::min(total_, static_cast<std::size_t>(elapsed * plan_.rate) + 1);
    for (; scheduled_ < due; ++scheduled_) {
      waiting_.push_back(begin_ + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>(static_cast<double>(scheduled_) / plan_.rate)));
    }
    while (!waiting_.empty() && !idle_.empty()) {
      auto* const connection = idle_.front();
      idle_.pop_front();
      start(connection);
    }
    if (scheduled_ == total_) return;
    const auto next = begin_ + std::chrono::duration_cast<Clock::duration>(
                                   std::chrono::duration<double>(static_cast<double>(scheduled_) / plan_.rate));
    // Not finer than this: a timer for each request would cost more than the request.
    ticker_.expires_at(std::max(next, Clock::now() + std::chrono::microseconds(200)));
    ticker_.async_wait([this](error_code error) {
      if (!error) tick();
    });
  }

  void start(Connection* connection) {
    const auto due = waiting_.front();
    waiting_.pop_front();
    connection->send(due);
  }

  void free(Connection* connection) {
    if (waiting_.empty()) {
      idle_.push_back(connection);
    } else {
      start(connection);
    }
  }

  const LoadPlan& plan_;
  asio::io_context context_{1};
  asio::steady_timer ticker_;
  tcp::resolver::results_type resolved_;
  std::string prefix_;
  std::size_t total_ = 0;
  std::size_t scheduled_ = 0;
  Clock::time_point begin_;
  Clock::time_point last_answer_;
  std::deque<Clock::time_point> waiting_;  // due, and no connection was free
  std::vector<std::unique_ptr<Connection>> connections_;
  std::deque<Connection*> idle_;  // in turn: one that is left alone for long is closed by the server
  LoadReport report_;
};

}  // namespace

base::Result<HttpTarget> HttpTarget::parse(std::string_view url, std::string key) {
  constexpr std::string_view kScheme = "http://";
  std::string_view rest = url;
  if (rest.starts_with(kScheme)) rest.remove_prefix(kScheme.size());
  while (rest.ends_with('/')) rest.remove_suffix(1);
  const auto colon = rest.rfind(':');
  HttpTarget target{.host = std::string(rest.substr(0, colon)), .port = "8080", .key = std::move(key)};
  if (colon != std::string_view::npos) target.port = std::string(rest.substr(colon + 1));
  if (!url.starts_with(kScheme) || target.host.empty() || target.host.find('/') != std::string::npos ||
      target.port.empty() || target.port.find_first_not_of("0123456789") != std::string::npos) {
    return base::fail(ErrorCode::kInvalidInput, "\"{}\" is no address like http://127.0.0.1:8080", url);
  }
  return target;
}

base::Result<HttpAnswer> http_get(const HttpTarget& target, std::string_view path, std::string_view header) {
  try {
    asio::io_context context;
    tcp::socket socket(context);
    asio::connect(socket, tcp::resolver(context).resolve(target.host, target.port));
    std::string request =
        fmt::format("GET {} HTTP/1.1\r\nHost: {}:{}\r\nConnection: close\r\n", path, target.host, target.port);
    if (!target.key.empty()) request += fmt::format("Authorization: Bearer {}\r\n", target.key);
    if (!header.empty()) request += fmt::format("{}\r\n", header);
    request += "\r\n";
    asio::write(socket, asio::buffer(request));
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(boost::none);
    error_code error;
    http::read(socket, buffer, parser, error);
    if (error) {
      return base::fail(ErrorCode::kUnavailable, "{}:{} gave no whole HTTP answer: {}", target.host, target.port,
                        error.message());
    }
    return HttpAnswer{.status = static_cast<int>(parser.get().result_int()), .body = std::move(parser.get().body())};
  } catch (const boost::system::system_error& error) {
    return base::fail(ErrorCode::kUnavailable, "{}:{} can't be reached: {}", target.host, target.port,
                      error.code().message());
  }
}

base::Result<LoadReport> run_load(const HttpTarget& target, const LoadPlan& plan) {
  try {
    return Generator(target, plan).run();
  } catch (const boost::system::system_error& error) {
    return base::fail(ErrorCode::kUnavailable, "{}:{} can't be reached: {}", target.host, target.port,
                      error.code().message());
  }
}

float percentile(const std::vector<float>& values, double share) {
  if (values.empty()) return 0;
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
}

}  // namespace sasrec::apps
