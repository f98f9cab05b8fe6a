#include "training/autocast.hpp"

#include <ATen/autocast_mode.h>

namespace sasrec::training {

Bf16Autocast::Bf16Autocast(c10::DeviceType device)
    : device_(device),
      enabled_before_(at::autocast::is_autocast_enabled(device)),
      type_before_(at::autocast::get_autocast_dtype(device)) {
  at::autocast::set_autocast_dtype(device, at::kBFloat16);
  at::autocast::set_autocast_enabled(device, true);
  at::autocast::increment_nesting();
}

Bf16Autocast::~Bf16Autocast() {
  // The copies of weights in bf16 live as long as the outermost of these.
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(device_, enabled_before_);
  at::autocast::set_autocast_dtype(device_, type_before_);
}

}  // namespace sasrec::training
