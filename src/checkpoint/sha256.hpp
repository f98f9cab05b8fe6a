#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace sasrec::checkpoint {

/// SHA-256 in lower-case hexadecimal (64 characters). Cost: one pass; OpenSSL uses the CPU's own instructions for it.
std::string sha256(std::span<const std::byte> bytes);

}  // namespace sasrec::checkpoint
