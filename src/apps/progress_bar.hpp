#pragma once

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace sasrec::apps {

/// The progress of some work at one moment.
struct Progress {
  std::string_view label{};  ///< name of the work, e.g. "train"
  std::size_t done = 0;
  std::size_t total = 0;  ///< 0: unknown; then neither a share nor the time left is shown
  std::size_t start = 0;  ///< amount done before the clock began, for resumed work
  std::size_t unit = 1;   ///< divisor of the numbers shown: 1000 for epochs counted in thousandths
  std::chrono::duration<double> elapsed{};
  std::string_view note{};  ///< free text at the end, e.g. "loss 4.21  NDCG@10 0.172"; ASCII
};

enum class Colour { kOff, kOn };

/// One line without a line break: `train [=====>    ] 512/1,024  50%  120/s  0:04 left  loss 4.21`. Cut to `width`
/// columns: first the bar shrinks and goes, then the note is cut.
std::string render_progress(const Progress& progress, std::size_t width, Colour colour);

/// The same for a log file: without a bar, and never cut.
std::string render_progress_line(const Progress& progress);

/// "0:09", "12:34", "1:02:03".
std::string render_duration(std::chrono::duration<double> duration);

/// Where and how progress is shown.
struct ProgressOutput {
  enum class Style {
    kTerminal,  ///< one line, redrawn in place at most 10 times a second
    kLines,     ///< a line at the first update after each 10 seconds, and one at the end
  };
  std::FILE* file = stderr;
  Style style = Style::kLines;
  Colour colour = Colour::kOff;
  std::function<std::size_t()> width = [] {
    return std::size_t{80};
  };  ///< columns; asked at each redraw
  std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;

  /// Standard error: kTerminal if it is a terminal that can redraw a line (TERM is not "dumb"), in colour unless
  /// NO_COLOR is set.
  static ProgressOutput standard_error();
};

/// Shows the progress of long work: a bar on a terminal, plain lines elsewhere. All methods are thread-safe.
class ProgressBar {
 public:
  struct Options {
    std::string label;
    std::size_t total = 0;  ///< 0: not known
    std::size_t start = 0;  ///< amount done in an earlier run; not counted in the rate
    std::size_t unit = 1;   ///< as in Progress
  };

  explicit ProgressBar(Options options, ProgressOutput output = ProgressOutput::standard_error());
  ~ProgressBar();  ///< ends the line as finish() does
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Draws if enough time has passed since the last drawing; otherwise it only takes a lock and reads the clock. `note`
  /// replaces the previous one.
  void update(std::size_t done, std::string_view note = {});

  /// Prints a line of text above the bar. `text` has no line break.
  void print(std::string_view text);

  /// Draws the last state once more and ends the line. Later updates do nothing; calling it again does nothing.
  void finish();

 private:
  Progress snapshot(std::chrono::steady_clock::time_point now) const;
  void draw(std::chrono::steady_clock::time_point now);
  void erase();

  const Options options_;
  const ProgressOutput output_;
  const std::chrono::steady_clock::time_point begin_;

  std::mutex mutex_;  // guards all below
  std::size_t done_;
  std::string note_;
  std::chrono::steady_clock::time_point last_draw_;
  bool drawn_ = false;  // whether the terminal's current line shows the bar
  bool finished_ = false;
};

}  // namespace sasrec::apps
