#include "checkpoint/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <limits>
#include <string>
#include <tuple>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "checkpoint/strict_json.hpp"

namespace sasrec::checkpoint {
namespace {

namespace json = boost::json;
using base::ErrorCode;
using base::fail;

static_assert(std::endian::native == std::endian::little,
              "files hold little-endian numbers, which are used as they lie");

constexpr std::size_t kLengthBytes = sizeof(std::uint64_t);
constexpr std::size_t kDataAlignment = 64;
constexpr std::string_view kMetadata = "__metadata__";

/// A tensor of the header: where its bytes lie within the data.
struct Extent {
  std::string name;
  std::vector<std::int64_t> shape;
  std::size_t begin = 0;
  std::size_t end = 0;
};

base::Result<std::vector<std::int64_t>> read_integers(const json::object& entry, std::string_view field) {
  const auto* found = entry.if_contains(field);
  if (found == nullptr || !found->is_array()) return fail(ErrorCode::kCorrupt, "{} is missing or no list", field);
  std::vector<std::int64_t> numbers;
  for (const auto& element : found->get_array()) {
    if (!element.is_int64() || element.get_int64() < 0) {
      return fail(ErrorCode::kCorrupt, "{} holds something else than whole numbers from 0 to 2^63 - 1", field);
    }
    numbers.push_back(element.get_int64());
  }
  return numbers;
}

base::Result<Extent> read_extent(std::string_view name, const json::value& value, std::size_t data_size) {
  if (!value.is_object()) return fail(ErrorCode::kCorrupt, "is no object");
  const auto& entry = value.get_object();
  for (const auto& field : entry) {
    if (field.key() != "dtype" && field.key() != "shape" && field.key() != "data_offsets") {
      return fail(ErrorCode::kCorrupt, "has the unknown field \"{}\"", std::string_view(field.key()));
    }
  }
  const auto* dtype = entry.if_contains("dtype");
  if (dtype == nullptr || !dtype->is_string() || dtype->get_string() != "F32") {
    return fail(ErrorCode::kCorrupt, "dtype is {}; only \"F32\" is read",
                dtype == nullptr ? "missing" : json::serialize(*dtype));
  }
  auto shape = read_integers(entry, "shape");
  if (!shape) return base::Failure(shape.error());
  const auto offsets = read_integers(entry, "data_offsets");
  if (!offsets) return base::Failure(offsets.error());
  if (offsets->size() != 2) return fail(ErrorCode::kCorrupt, "data_offsets has {} numbers, not 2", offsets->size());
  const auto begin = static_cast<std::size_t>((*offsets)[0]);
  const auto end = static_cast<std::size_t>((*offsets)[1]);
  if (begin > end || end > data_size) {
    return fail(ErrorCode::kCorrupt, "data_offsets [{}, {}] do not lie within the {} bytes of data", begin, end,
                data_size);
  }
  const auto count = value_count(*shape);
  if (!count) return fail(ErrorCode::kCorrupt, "{}", count.error().message);
  if (end - begin != *count * sizeof(float)) {
    return fail(ErrorCode::kCorrupt, "has {} bytes where its shape needs {}", end - begin, *count * sizeof(float));
  }
  return Extent{std::string(name), std::move(*shape), begin, end};
}

base::Result<void> check_metadata(const json::value& value) {
  const bool is_text_map = value.is_object() && std::ranges::all_of(value.get_object(), [](const auto& field) {
                             return field.value().is_string();
                           });
  if (!is_text_map) return fail(ErrorCode::kCorrupt, "{} is no object of texts", kMetadata);
  return {};
}

/// Sorts by place and demands that the extents fill the data without hole or overlap.
base::Result<void> check_tiling(std::vector<Extent>& extents, std::size_t data_size) {
  std::ranges::sort(extents, {}, [](const Extent& e) { return std::tuple(e.begin, e.end, std::string_view(e.name)); });
  std::size_t covered = 0;
  for (const auto& extent : extents) {
    if (extent.begin < covered) return fail(ErrorCode::kCorrupt, "tensor {} overlaps the one before it", extent.name);
    if (extent.begin > covered) return fail(ErrorCode::kCorrupt, "there is a hole before tensor {}", extent.name);
    covered = extent.end;
  }
  if (covered != data_size) return fail(ErrorCode::kCorrupt, "{} bytes follow the last tensor", data_size - covered);
  return {};
}

base::Result<std::vector<Extent>> read_header(std::string_view text, std::size_t data_size) {
  const auto header = parse_object(text);
  if (!header) return base::fail_within("header", header.error());
  std::vector<Extent> extents;
  for (const auto& field : *header) {
    if (field.key() == kMetadata) {
      if (auto valid = check_metadata(field.value()); !valid) return base::Failure(valid.error());
      continue;
    }
    auto extent = read_extent(field.key(), field.value(), data_size);
    if (!extent) return base::fail_within(fmt::format("tensor {}", std::string_view(field.key())), extent.error());
    extents.push_back(std::move(*extent));
  }
  if (auto tiled = check_tiling(extents, data_size); !tiled) return base::Failure(tiled.error());
  return extents;
}

}  // namespace

base::Result<std::size_t> value_count(std::span<const std::int64_t> shape) {
  constexpr std::size_t kMax = std::numeric_limits<std::size_t>::max() / sizeof(float);
  std::size_t count = 1;
  for (const auto extent : shape) {
    if (extent < 0) return fail(ErrorCode::kInvalidInput, "the shape has the negative extent {}", extent);
    if (extent != 0 && count > kMax / static_cast<std::size_t>(extent)) {
      return fail(ErrorCode::kInvalidInput, "the shape has more values than memory can hold");
    }
    count *= static_cast<std::size_t>(extent);
  }
  return count;
}

base::Result<std::vector<Tensor>> read_safetensors(std::span<const std::byte> file) {
  if (file.size() < kLengthBytes) return fail(ErrorCode::kCorrupt, "has {} bytes, too few for a header", file.size());
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), kLengthBytes);
  if (length > file.size() - kLengthBytes || length > kMaxHeaderBytes) {
    return fail(ErrorCode::kCorrupt, "the header is said to have {} bytes; the file has {}, and at most {} are read",
                length, file.size(), kMaxHeaderBytes);
  }
  const auto header = file.subspan(kLengthBytes, static_cast<std::size_t>(length));
  const auto data = file.subspan(kLengthBytes + header.size());
  const auto extents = read_header({reinterpret_cast<const char*>(header.data()), header.size()}, data.size());
  if (!extents) return base::Failure(extents.error());

  std::vector<Tensor> tensors;
  tensors.reserve(extents->size());
  for (const auto& extent : *extents) {
    const auto* first = data.data() + extent.begin;
    if (std::bit_cast<std::uintptr_t>(first) % alignof(float) != 0) {
      return fail(ErrorCode::kCorrupt, "tensor {} does not start on a multiple of {}", extent.name, alignof(float));
    }
    tensors.push_back({extent.name,
                       extent.shape,
                       {reinterpret_cast<const float*>(first), (extent.end - extent.begin) / sizeof(float)}});
  }
  return tensors;
}

std::vector<std::byte> write_safetensors(std::span<const Tensor> tensors) {
  json::object header;
  std::size_t data_size = 0;
  for (const auto& tensor : tensors) {
    assert(value_count(tensor.shape) && *value_count(tensor.shape) == tensor.values.size());
    const auto end = data_size + tensor.values.size_bytes();
    header[tensor.name] = json::object{{"dtype", "F32"},
                                       {"shape", json::array(tensor.shape.begin(), tensor.shape.end())},
                                       {"data_offsets", {data_size, end}}};
    data_size = end;
  }
  std::string text = json::serialize(header);
  const auto past = (kLengthBytes + text.size()) % kDataAlignment;
  text.append(past == 0 ? 0 : kDataAlignment - past, ' ');

  const std::uint64_t length = text.size();
  std::vector<std::byte> file(kLengthBytes + text.size() + data_size);
  auto* out = file.data();
  const auto append = [&out](const void* bytes, std::size_t size) {
    if (size != 0) std::memcpy(out, bytes, size);
    out += size;
  };
  append(&length, kLengthBytes);
  append(text.data(), text.size());
  for (const auto& tensor : tensors) append(tensor.values.data(), tensor.values.size_bytes());
  return file;
}

}  // namespace sasrec::checkpoint
