#pragma once

#include <cstddef>

namespace sasrec::apps {

/// Raises this process's limit of open files as far as the system allows without rights, and returns it. The usual soft
/// limit of 1,024 is below what a server with its connections needs; without files it could not even be scraped.
std::size_t raise_open_files();

/// How many connections a server may have open at a time: `wanted`, or what `files` leave when the database, the bus, the
/// checkpoints and the logs have theirs. At least one.
std::size_t affordable_connections(std::size_t wanted, std::size_t files);

}  // namespace sasrec::apps
