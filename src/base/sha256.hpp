#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sasrec::base {

using Sha256 = std::array<std::uint8_t, 32>;

/// The digest of all bytes, in one pass. OpenSSL uses the CPU's SHA instructions if it has them.
Sha256 sha256_bytes(std::span<const std::byte> bytes);
Sha256 sha256_bytes(std::string_view text);

/// The same digest in lower-case hexadecimal (64 characters).
std::string sha256(std::span<const std::byte> bytes);
std::string sha256(std::string_view text);

}  // namespace sasrec::base
