#include "common/process/lines.hpp"

#include <algorithm>
#include <utility>

namespace live::process {

void Lines::append(std::string_view text) {
  if (text.empty()) return;
  if (std::exchange(returned_, false)) line_.clear();
  line_ += text.substr(0, longest_ - line_.size());
}

void Lines::push(std::string_view text, const Sink& on_line) {
  while (!text.empty()) {
    const auto end = text.find_first_of("\r\n");
    append(text.substr(0, end));
    if (end == std::string_view::npos) return;
    if (text[end] == '\n') {
      flush(on_line);
    } else {
      returned_ = true;
    }
    text.remove_prefix(end + 1);
  }
}

void Lines::flush(const Sink& on_line) {
  returned_ = false;
  if (!line_.empty()) on_line(line_);
  line_.clear();
}

bool LineBudget::take(Monotonic now) {
  const std::chrono::duration<double> elapsed = now - last_;
  left_ = std::min(burst, left_ + elapsed.count() * per_second);
  last_ = now;
  if (left_ < 1) {
    ++hidden_;
    return false;
  }
  --left_;
  return true;
}

std::uint64_t LineBudget::take_hidden() { return std::exchange(hidden_, 0); }

}  // namespace live::process
