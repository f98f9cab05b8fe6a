#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "http/options.hpp"
#include "http/server/bound_port.hpp"
#include "http/services.hpp"

namespace sasrec::http {

/// The HTTP side of the service: listens, and answers what docs/openapi.yaml describes.
class Server {
 public:
  /// Listens and answers from now on. Reads the keys once before: may take as long as the store's patience. Throws
  /// std::runtime_error, with what to change, if it can't listen, or would be reached from elsewhere without keys.
  /// With a `port` it listens there, else on the address and port of `options`.
  Server(Services services, ServerOptions options, std::optional<BoundPort> port = std::nullopt);
  /// Stops at once if stop() wasn't called.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  /// Open ones, those that are being turned away among them.
  std::size_t connections() const;

  /// Becomes not ready, accepts no more, closes idle connections, and lets requests in flight end: those that wait for
  /// a result are answered at once. Returns when all connections are closed, at most `patience` later; what is left
  /// then is cut off. Once.
  void stop(std::chrono::milliseconds patience);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sasrec::http
