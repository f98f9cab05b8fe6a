#include "base/sha256.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace sasrec::base {
namespace {

// OpenSSL's EVP interface, since its plain SHA256() is deprecated.

std::string hexadecimal(const Sha256& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * digest.size());
  for (const auto byte : digest) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0x0fU];
  }
  return text;
}

}  // namespace

Sha256 sha256_bytes(std::span<const std::byte> bytes) {
  Sha256 digest{};
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL offers no SHA-256; its configuration must allow it");
  }
  return digest;
}

Sha256 sha256_bytes(std::string_view text) {
  return sha256_bytes(std::as_bytes(std::span(text)));
}

std::string sha256(std::span<const std::byte> bytes) {
  return hexadecimal(sha256_bytes(bytes));
}

std::string sha256(std::string_view text) {
  return hexadecimal(sha256_bytes(text));
}

}  // namespace sasrec::base
