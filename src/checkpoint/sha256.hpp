#pragma once

#include "base/sha256.hpp"

namespace sasrec::checkpoint {

using base::sha256;

}  // namespace sasrec::checkpoint
