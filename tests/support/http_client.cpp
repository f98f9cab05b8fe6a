#include "support/http_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>
#include <utility>

namespace sasrec::test {

std::string HttpResponse::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

std::string HttpRequest::text() const {
  std::string text = method + ' ' + path + " HTTP/1.1\r\nHost: localhost\r\n";
  for (const auto& line : headers) text += line + "\r\n";
  const auto has = [this](std::string_view name) {
    return std::ranges::any_of(headers, [&](const auto& line) { return line.starts_with(name); });
  };
  if (!body.empty() || method == "POST" || method == "PUT") {
    if (!has("Content-Type:")) text += "Content-Type: application/json\r\n";
    if (!has("Content-Length:")) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return text + "\r\n" + body;
}

HttpClient::HttpClient(std::uint16_t port, int receive_bytes)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (socket_ < 0) throw std::runtime_error("no socket");
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (receive_bytes > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket_);
    throw std::runtime_error("nobody listens on port " + std::to_string(port));
  }
}

HttpClient::~HttpClient() {
  if (socket_ >= 0) ::close(socket_);
}

HttpClient::HttpClient(HttpClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}

bool HttpClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool HttpClient::fill() {
  std::array<char, 16UL * 1024> bytes{};
  const auto size = ::recv(socket_, bytes.data(), bytes.size(), 0);
  if (size < 0 && errno != ECONNRESET) throw std::runtime_error("nothing came within ten seconds");
  if (size <= 0) return false;
  received_.append(bytes.data(), static_cast<std::size_t>(size));
  return true;
}

std::optional<HttpResponse> HttpClient::receive(std::optional<std::size_t> body_bytes) {
  auto end = received_.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (!fill()) return std::nullopt;
    end = received_.find("\r\n\r\n");
  }
  HttpResponse response;
  const auto head = received_.substr(0, end + 2);
  received_.erase(0, end + 4);
  response.status = static_cast<unsigned>(std::stoul(head.substr(9, 3)));
  for (auto line = head.find("\r\n") + 2; line < head.size();) {
    const auto line_end = head.find("\r\n", line);
    const auto colon = head.find(':', line);
    auto name = head.substr(line, colon - line);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    response.headers.emplace(std::move(name), head.substr(colon + 2, line_end - colon - 2));
    line = line_end + 2;
  }
  const auto length = response.header("content-length");
  const auto size = body_bytes.value_or(length.empty() ? 0 : std::stoul(length));
  while (received_.size() < size) {
    if (!fill()) return std::nullopt;
  }
  response.body = received_.substr(0, size);
  received_.erase(0, size);
  return response;
}

std::optional<HttpResponse> HttpClient::receive() {
  return receive(std::nullopt);
}

std::optional<HttpResponse> HttpClient::receive_head() {
  return receive(0);
}

std::optional<std::string> HttpClient::receive_chunk() {
  auto end = received_.find("\r\n");
  while (end == std::string::npos) {
    if (!fill()) return std::nullopt;
    end = received_.find("\r\n");
  }
  const auto size = std::stoul(received_.substr(0, end), nullptr, 16);
  const auto whole = end + 2 + size + 2;
  while (received_.size() < whole) {
    if (!fill()) return std::nullopt;
  }
  auto chunk = received_.substr(end + 2, size);
  received_.erase(0, whole);
  return chunk;
}

HttpResponse HttpClient::ask(const HttpRequest& request) {
  send(request.text());
  return receive().value_or(HttpResponse{});
}

bool HttpClient::closed() {
  return received_.empty() && !fill();
}

void HttpClient::finish_sending() {
  ::shutdown(socket_, SHUT_WR);
}

void HttpClient::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(socket_, -1));
}

HttpResponse http(std::uint16_t port, const HttpRequest& request) {
  return HttpClient(port).ask(request);
}

}  // namespace sasrec::test
