#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sasrec::test {

struct HttpResponse {
  unsigned status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  std::string header(const std::string& name) const;  ///< empty if it isn't there
};

struct HttpRequest {
  std::string method = "GET";
  std::string path = "/";
  std::string body{};
  std::vector<std::string> headers{};  ///< lines

  /// As HTTP/1.1, with Host, and with Content-Type and Content-Length where there is a body.
  std::string text() const;
};

/// One TCP connection to 127.0.0.1, for tests: says any bytes, reads what comes back. A step that takes longer than ten
/// seconds fails.
class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port) : HttpClient(port, 0) {}
  /// `receive_bytes`: how much the kernel may hold for this side before the other one has to wait; 0: as usual.
  HttpClient(std::uint16_t port, int receive_bytes);
  ~HttpClient();
  HttpClient(HttpClient&& other) noexcept;
  HttpClient& operator=(HttpClient&&) = delete;

  /// False if the other side has closed.
  bool send(std::string_view bytes);
  /// The next response; none if the connection ended instead. Interim ones (100) come like others.
  std::optional<HttpResponse> receive();
  /// The next response, to a HEAD request: without the body that its length speaks of.
  std::optional<HttpResponse> receive_head();
  /// The next piece of a chunked body; empty at its end. None if the connection ended instead.
  std::optional<std::string> receive_chunk();
  HttpResponse ask(const HttpRequest& request);  ///< status 0 if the connection ended
  /// Whether the other side closes, without a byte before.
  bool closed();
  /// Says no more, and still listens.
  void finish_sending();
  /// Ends the connection by a reset.
  void reset();

 private:
  bool fill();
  std::optional<HttpResponse> receive(std::optional<std::size_t> body_bytes);

  int socket_ = -1;
  std::string received_;
};

/// One request on a connection of its own.
HttpResponse http(std::uint16_t port, const HttpRequest& request);

}  // namespace sasrec::test
