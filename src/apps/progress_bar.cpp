#include "apps/progress_bar.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace sasrec::apps {
namespace {

// Often enough to look alive, and seldom enough to cost nothing. Log files get far fewer lines.
constexpr std::chrono::milliseconds kRedrawInterval{100};
constexpr std::chrono::seconds kLineInterval{10};
constexpr std::size_t kWidestBar = 30;
constexpr std::size_t kNarrowestBar = 5;

std::string with_thousands(std::size_t number) {
  std::string text = std::to_string(number);
  for (std::size_t digits = 3; digits < text.size(); digits += 4) text.insert(text.size() - digits, 1, ',');
  return text;
}

/// Writes everything except label, bar and note.
std::string render_counts(const Progress& progress) {
  std::string text = with_thousands(progress.done / progress.unit);
  if (progress.total > 0) {
    const auto percent = 100.0 * static_cast<double>(progress.done) / static_cast<double>(progress.total);
    text += fmt::format("/{}  {:.0f}%", with_thousands(progress.total / progress.unit), std::floor(percent));
  }
  const double seconds = progress.elapsed.count();
  if (progress.done <= progress.start || seconds <= 0) return text;
  const double rate =
      static_cast<double>(progress.done - progress.start) / static_cast<double>(progress.unit) / seconds;
  // Slow work such as epochs reads better as seconds each than as 0.02/s.
  if (rate >= 10) {
    text += fmt::format("  {}/s", with_thousands(static_cast<std::size_t>(rate)));
  } else if (rate >= 1) {
    text += fmt::format("  {:.1f}/s", rate);
  } else {
    text += fmt::format("  {:.1f} s each", 1 / rate);
  }
  if (progress.total > progress.done) {
    const std::chrono::duration<double> left(static_cast<double>(progress.total - progress.done) /
                                             static_cast<double>(progress.unit) / rate);
    text += fmt::format("  {} left", render_duration(left));
  } else {
    text += fmt::format("  in {}", render_duration(progress.elapsed));
  }
  return text;
}

std::string render_bar(double share, std::size_t cells, Colour colour) {
  const auto filled = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(cells));
  std::string bar(filled, '=');
  if (filled > 0 && filled < cells) bar.back() = '>';
  if (colour == Colour::kOn) bar = fmt::format("\x1b[32m{}\x1b[0m", bar);
  return fmt::format("[{}{}]", bar, std::string(cells - filled, ' '));
}

}  // namespace

std::string render_duration(std::chrono::duration<double> duration) {
  constexpr double kMax = 359'999;  // 99:59:59; longer estimates say nothing
  const auto seconds = static_cast<std::uint64_t>(std::clamp(std::ceil(duration.count()), 0.0, kMax));
  if (seconds >= 3600) return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

std::string render_progress_line(const Progress& progress) {
  std::string line = fmt::format("{}  {}", progress.label, render_counts(progress));
  if (!progress.note.empty()) line += fmt::format("  {}", progress.note);
  return line;
}

std::string render_progress(const Progress& progress, std::size_t width, Colour colour) {
  const std::string plain = render_progress_line(progress);
  constexpr std::size_t kBarFrame = 3;  // brackets and a space
  if (progress.total > 0 && width >= plain.size() + kBarFrame + kNarrowestBar) {
    const std::size_t cells = std::min(kWidestBar, width - plain.size() - kBarFrame);
    const double share = static_cast<double>(progress.done) / static_cast<double>(progress.total);
    return fmt::format("{} {} {}", progress.label, render_bar(share, cells, colour),
                       plain.substr(progress.label.size() + 2));
  }
  return plain.substr(0, width);
}

ProgressOutput ProgressOutput::standard_error() {
  ProgressOutput output;
  const char* const terminal = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): nobody changes it
  if (::isatty(STDERR_FILENO) == 0 || terminal == nullptr || std::string_view(terminal) == "dumb") return output;
  output.style = Style::kTerminal;
  // https://no-color.org: set and not empty
  const char* const no_colour = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe): nobody changes it
  output.colour = no_colour == nullptr || *no_colour == '\0' ? Colour::kOn : Colour::kOff;
  output.width = [] {
    winsize size{};
    const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? std::size_t{size.ws_col} : std::size_t{80};
  };
  return output;
}

ProgressBar::ProgressBar(Options options, ProgressOutput output)
    : options_(std::move(options)),
      output_(std::move(output)),
      begin_(output_.now()),
      done_(options_.start),
      last_draw_(begin_) {}

ProgressBar::~ProgressBar() {
  finish();
}

Progress ProgressBar::snapshot(std::chrono::steady_clock::time_point now) const {
  return {.label = options_.label,
          .done = done_,
          .total = options_.total,
          .start = options_.start,
          .unit = options_.unit,
          .elapsed = now - begin_,
          .note = note_};
}

void ProgressBar::draw(std::chrono::steady_clock::time_point now) {
  if (output_.style == ProgressOutput::Style::kTerminal) {
    // One column stays free, since some terminals wrap a full line.
    const std::size_t width = std::max<std::size_t>(output_.width(), 2) - 1;
    fmt::print(output_.file, "\r\x1b[2K{}", render_progress(snapshot(now), width, output_.colour));
    drawn_ = true;
  } else {
    fmt::print(output_.file, "{}\n", render_progress_line(snapshot(now)));
  }
  std::fflush(output_.file);
  last_draw_ = now;
}

void ProgressBar::erase() {
  if (drawn_) fmt::print(output_.file, "\r\x1b[2K");
  drawn_ = false;
}

void ProgressBar::update(std::size_t done, std::string_view note) {
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  done_ = done;
  note_ = note;
  const auto now = output_.now();
  const bool terminal = output_.style == ProgressOutput::Style::kTerminal;
  const std::chrono::steady_clock::duration interval =
      terminal ? std::chrono::steady_clock::duration(kRedrawInterval) : kLineInterval;
  if ((terminal && !drawn_) || now - last_draw_ >= interval) draw(now);
}

// Erases the bar, prints, and draws the bar again below, so that the text stays in the terminal's history.
void ProgressBar::print(std::string_view text) {
  const std::lock_guard lock(mutex_);
  const bool redraw = drawn_;
  erase();
  fmt::print(output_.file, "{}\n", text);
  if (redraw) draw(output_.now());
  std::fflush(output_.file);
}

void ProgressBar::finish() {
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  finished_ = true;
  if (done_ == options_.start && !drawn_) return;  // nothing was done, so there is nothing to show
  draw(output_.now());
  if (drawn_) fmt::print(output_.file, "\n");
  drawn_ = false;
  std::fflush(output_.file);
}

}  // namespace sasrec::apps
