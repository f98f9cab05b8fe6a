#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>

#include "base/result.hpp"
#include "checkpoint/config.hpp"
#include "training/network.hpp"

namespace sasrec::training {

struct ImportPytorchOptions {
  std::size_t items = 0;  ///< size of the vocabulary that belongs to the model
  std::size_t heads = 1;  ///< the weights don't show it
  checkpoint::Norm norm = checkpoint::Norm::kPaper;
  std::optional<checkpoint::Padding> padding;  ///< unset: detected from the position embedding, see below
};

/// Reads the state dict of a SASRec that the common PyTorch implementation saved (torch.save of model.state_dict(), zip
/// format): item_emb, pos_emb, attention_layernorms.i, attention_layers.i.{in_proj_weight,in_proj_bias,out_proj},
/// forward_layernorms.i, forward_layers.i.{conv1,conv2}, last_layernorm. The imported network gives the same scores.
///
/// That implementation pads on the left and lets real positions attend to padding. Its older versions set the padding's
/// states to zero after each block and count positions from 0; newer ones keep them and reserve row 0 of pos_emb for
/// padding. A row 0 of zeros therefore means padding "kept" and max_length = rows - 1; anything else "zeroed" and
/// max_length = rows.
///
/// kNotFound: no such file. kInvalidInput: the file contains anything but tensors (none of it is ever run); a tensor is
/// missing, unknown, not finite, or has a wrong shape or type; or it doesn't fit the vocabulary. The message names it.
base::Result<Sasrec> import_pytorch(const std::filesystem::path& file, const ImportPytorchOptions& options);

}  // namespace sasrec::training
