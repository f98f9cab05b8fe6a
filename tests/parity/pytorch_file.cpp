#include "parity/pytorch_file.hpp"

#include <caffe2/serialize/inline_container.h>

namespace sasrec::test {
namespace {

std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text.push_back(static_cast<char>(value >> (8 * i)));
  return text;
}

std::string string(std::string_view text) {
  return std::string("X").append(little_endian(text.size(), 4)).append(text);
}

/// LONG1 of 8 bytes: any number.
std::string number(std::int64_t value) {
  return std::string("\x8a\x08").append(little_endian(static_cast<std::uint64_t>(value), 8));
}

std::string tuple(const std::vector<std::int64_t>& numbers) {
  std::string text = "(";
  for (const auto value : numbers) text += number(value);
  return text + "t";
}

const std::string kNewDictionary = "ccollections\nOrderedDict\n)R";

}  // namespace

void write_archive(const std::filesystem::path& path, const std::map<std::string, std::string>& records) {
  caffe2::serialize::PyTorchStreamWriter writer(path.string());
  for (const auto& [name, bytes] : records) writer.writeRecord(name, bytes.data(), bytes.size());
  writer.writeEndOfFile();
}

std::string pickle_of(const std::vector<TensorClaim>& tensors) {
  std::string pickle = "\x80\x02" + kNewDictionary + "(";
  for (const auto& tensor : tensors) {
    pickle += string(tensor.name) + "ctorch._utils\n_rebuild_tensor_v2\n((" + string("storage") + "ctorch\n" +
              tensor.storage_type + "\n" + string(tensor.key) + string("cpu") + number(1) + "tQ" +
              number(tensor.offset) + tuple(tensor.sizes) + tuple(tensor.strides) + "\x89" + kNewDictionary + "tR";
  }
  return pickle + "u.";
}

void save_state_dict(const std::filesystem::path& path, const training::StateDict& state) {
  std::map<std::string, std::string> records;
  std::vector<TensorClaim> claims;
  for (const auto& [name, tensor] : state) {
    const auto whole = tensor.contiguous();
    auto key = std::to_string(claims.size());
    records["data/" + key] = {static_cast<const char*>(whole.const_data_ptr()), whole.nbytes()};
    claims.push_back({.name = name,
                      .storage_type = whole.scalar_type() == at::kFloat ? "FloatStorage" : "LongStorage",
                      .key = std::move(key),
                      .sizes = whole.sizes().vec(),
                      .strides = whole.strides().vec()});
  }
  records["data.pkl"] = pickle_of(claims);
  write_archive(path, records);
}

}  // namespace sasrec::test
