#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "http/cross_origin.hpp"

namespace sasrec::http {

/// What one client may ask of the server.
struct Limits {
  std::size_t header_bytes = 16UL * 1024;             ///< request line and header fields together
  std::size_t body_bytes = 256UL * 1024;              ///< of a request
  std::size_t bulk_body_bytes = 4UL * 1024UL * 1024;  ///< of a request to a bulk route
  std::size_t connections = 2048;                     ///< open at a time; what comes beyond is answered 503 and closed
  std::chrono::milliseconds header_time{10'000};      ///< to receive the header, from its first byte (or the accept)
  std::chrono::milliseconds body_time{30'000};        ///< to receive the body, from the end of the header
  std::chrono::milliseconds idle_time{60'000};        ///< a kept connection without a request
  std::chrono::milliseconds write_time{30'000};       ///< to send an answer
  std::chrono::milliseconds handler_time{15'000};     ///< until the database or the compute pool has answered
  std::chrono::milliseconds linger_time{2'000};       ///< reading on after a refusal, so that the client gets to see it
  std::chrono::milliseconds max_wait{30'000};         ///< of Prefer: wait
  std::chrono::milliseconds heartbeat{15'000};        ///< of a stream in which nothing happens
  std::chrono::milliseconds stream_time{600'000};     ///< until a stream ends, and its key is looked at again
};

struct ServerOptions {
  std::string address = "127.0.0.1";  ///< an IP address. Without keys a loopback one
  std::uint16_t port = 8080;          ///< 0: any free one
  std::size_t io_threads = 1;
  std::size_t compute_threads = 1;  ///< for what would hold an I/O thread up
  std::size_t compute_queue = 64;   ///< computations that may wait
  Limits limits;
  double rate = 0;    ///< requests a second for a key (an address while there are none); 0: any
  double burst = 20;  ///< requests at once, where a rate is set
  std::chrono::milliseconds key_interval{5'000};  ///< between two readings of the keys
  CrossOrigin cross_origin;                       ///< which web pages of other origins may call
};

}  // namespace sasrec::http
