#include "training/pytorch/state_dict.hpp"

#include <ATen/ops/from_blob.h>
#include <c10/util/Exception.h>
#include <caffe2/serialize/in_memory_adapter.h>
#include <caffe2/serialize/inline_container.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "training/pytorch/pickled_tensors.hpp"

namespace sasrec::training {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

struct Record {
  at::DataPtr data;
  std::size_t size = 0;
  std::string_view text() const { return {static_cast<const char*>(data.get()), size}; }
};

/// The zip file that torch.save writes, read by PyTorch's own reader, which checks its checksums.
class Archive {
 public:
  explicit Archive(const std::vector<char>& bytes)
      : reader_(
            std::make_shared<caffe2::serialize::MemoryReadAdapter>(bytes.data(), static_cast<off_t>(bytes.size()))) {}
  bool has(const std::string& name) { return reader_.hasRecord(name); }
  Record read(const std::string& name) {
    auto [data, size] = reader_.getRecord(name);
    return {std::move(data), size};
  }

 private:
  caffe2::serialize::PyTorchStreamReader reader_;
};

/// Whether all elements of the tensor are within `elements`, and there are no more of them than that. The sizes come
/// from the file, so they may be anything: each product is checked for overflow.
bool fits(const PickledTensor& tensor, std::int64_t elements) {
  const auto is_negative = [](std::int64_t value) {
    return value < 0;
  };
  if (tensor.sizes.size() != tensor.strides.size() || tensor.offset < 0 || tensor.offset > elements ||
      std::ranges::any_of(tensor.sizes, is_negative) || std::ranges::any_of(tensor.strides, is_negative)) {
    return false;
  }
  if (std::ranges::find(tensor.sizes, 0) != tensor.sizes.end()) return true;
  std::int64_t count = 1;
  std::int64_t last = tensor.offset;
  for (std::size_t i = 0; i < tensor.sizes.size(); ++i) {
    std::int64_t reach = 0;
    if (__builtin_mul_overflow(count, tensor.sizes[i], &count) ||
        __builtin_mul_overflow(tensor.sizes[i] - 1, tensor.strides[i], &reach) ||
        __builtin_add_overflow(last, reach, &last)) {
      return false;
    }
  }
  return count <= elements && last < elements;
}

Result<at::Tensor> read_tensor(Archive& archive, const std::string& name, const PickledTensor& tensor) {
  const auto record = archive.read("data/" + tensor.storage);
  const auto elements = static_cast<std::int64_t>(record.size / c10::elementSize(tensor.type));
  if (!fits(tensor, elements)) return fail(ErrorCode::kInvalidInput, "tensor {} reaches beyond its values", name);
  auto* const values =
      static_cast<char*>(record.data.get()) + static_cast<std::size_t>(tensor.offset) * c10::elementSize(tensor.type);
  // clone: the archive's memory ends with the record.
  return at::from_blob(values, tensor.sizes, tensor.strides, at::TensorOptions(tensor.type)).clone();
}

Result<StateDict> read_archive(const std::vector<char>& bytes) {
  Archive archive(bytes);
  if (!archive.has("data.pkl")) return fail(ErrorCode::kInvalidInput, "it is a zip file, but not of PyTorch's");
  // PyTorch writes this record since version 2.1; older files are from little-endian machines in practice.
  if (archive.has("byteorder") && archive.read("byteorder").text() != "little") {
    return fail(ErrorCode::kInvalidInput, "it was saved by a machine of another byte order");
  }
  const auto pickled = parse_pickled_tensors(archive.read("data.pkl").text());
  if (!pickled) return base::Failure(pickled.error());
  StateDict state;
  for (const auto& [name, described] : *pickled) {
    auto tensor = read_tensor(archive, name, described);
    if (!tensor) return base::Failure(tensor.error());
    state.emplace(name, std::move(*tensor));
  }
  return state;
}

}  // namespace

Result<StateDict> read_state_dict(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    return fail(ErrorCode::kInvalidInput, "{} is a folder, not a file", file.string());
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return fail(ErrorCode::kNotFound, "{}: can't be opened", file.string());
  const std::vector<char> bytes{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (bytes.empty()) return fail(ErrorCode::kInvalidInput, "{} is empty", file.string());
  if (!std::string_view(bytes.data(), bytes.size()).starts_with("PK")) {
    return fail(
        ErrorCode::kInvalidInput,
        "{} is not a PyTorch file in zip format; save it with torch.save(model.state_dict(), ...) of PyTorch 1.6 "
        "or newer",
        file.string());
  }
  try {
    auto state = read_archive(bytes);
    if (!state) return base::fail_within(file.string(), state.error());
    return state;
  } catch (const c10::Error& error) {  // thrown by the zip reader
    return fail(ErrorCode::kInvalidInput, "{} can't be read: {}", file.string(), error.what_without_backtrace());
  }
}

}  // namespace sasrec::training
