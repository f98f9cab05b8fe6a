#pragma once

#include <span>
#include <string_view>

namespace sasrec::http {

/// A file of the web page, built into the program (web/pack.js).
struct PageFile {
  std::string_view name;  ///< "index.html", or of a file in assets/
  std::string_view content_type;
  std::string_view body;
  std::string_view gzip;  ///< the same, compressed
};

std::span<const PageFile> page_files();

}  // namespace sasrec::http
