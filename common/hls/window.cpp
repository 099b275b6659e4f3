#include "common/hls/window.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace live::hls {
namespace {

constexpr int targets_kept = 3;     // §6.2.2: a live list lasts three target durations
constexpr int parts_held_back = 3;  // rfc8216bis §4.4.3.8: at least two, should be three
constexpr int targets_searched =
    20;  // a recording's list is long: what is further back has lost its parts long ago

/// Segments whose parts may still leave: more than three targets of short ones.
constexpr std::size_t segments_unsettled = 50;

}  // namespace

Us duration_of(const MediaPlaylist& list) {
  Us sum{};
  for (const auto& segment : list.segments)
    sum += segment.duration;
  return sum;
}

std::uint64_t discontinuities_at_end(const MediaPlaylist& list) {
  return list.discontinuity_sequence +
         static_cast<std::uint64_t>(std::ranges::count_if(list.segments, &Segment::discontinuity));
}

void Window::part_target(std::optional<Us> target) {
  if (list_.part_target != target) {
    for (auto& segment : list_.segments)
      leave(segment.parts);
  }
  list_.part_target = target;
  list_.server_control.reset();
  if (!target) return;
  ServerControl control;
  control.hold_back = targets_kept * Us{list_.target_duration};
  control.part_hold_back = parts_held_back * *target;
  list_.server_control = control;
}

void Window::open(Segment head) {
  list_.parts_discontinuity = head.discontinuity;
  list_.parts_map = head.map;
  list_.parts_date_time = head.program_date_time;
  list_.parts_others = head.others;
  head_ = std::move(head);
  open_ = true;
}

void Window::part(Part part) {
  list_.parts.push_back(std::move(part));
  drop_parts();
}

void Window::close(std::string uri, Us duration, bool gap) {
  auto segment = std::exchange(head_, {});
  segment.uri = std::move(uri);
  segment.duration = duration;
  segment.gap = gap;
  if (gap) {
    leave(list_.parts);
  } else {
    segment.parts = std::move(list_.parts);
  }
  list_.parts.clear();
  list_.parts_discontinuity = false;
  list_.parts_map.reset();
  list_.parts_date_time.reset();
  list_.parts_others.clear();
  list_.segments.push_back(std::move(segment));
  open_ = false;
  slide();
  drop_parts();
}

std::string Window::text() {
  if (!rules_.keeps_all) return format(list_);
  const auto& all = list_.segments;
  const auto entry = [&all](std::size_t i) {
    return format_entry(all[i], i > 0 ? &all[i - 1] : nullptr);
  };
  for (; settled_count_ + segments_unsettled < all.size(); ++settled_count_)
    settled_ += entry(settled_count_);
  auto out = format_head(list_) + settled_;
  for (auto i = settled_count_; i < all.size(); ++i)
    out += entry(i);
  return out + format_tail(list_);
}

void Window::leave(std::vector<Part>& parts) {
  std::ranges::copy_if(parts, std::back_inserter(gone_.parts),
                       [](const Part& part) { return !part.gap; });
  parts.clear();
}

void Window::slide() {
  if (rules_.keeps_all) return;
  auto duration = duration_of(list_);
  const auto longest = duration;
  while (list_.segments.size() > rules_.segments) {
    auto& first = list_.segments.front();
    if (duration - first.duration < targets_kept * Us{list_.target_duration}) return;
    duration -= first.duration;
    gone_.list_duration = std::max(gone_.list_duration, longest);
    leave(first.parts);
    ++list_.media_sequence;
    if (first.discontinuity) ++list_.discontinuity_sequence;
    gone_.segments.push_back(std::move(first));
    list_.segments.erase(list_.segments.begin());
  }
}

void Window::drop_parts() {
  Us behind{};
  for (const auto& part : list_.parts)
    behind += part.duration;
  const Us target{list_.target_duration};
  for (auto segment = list_.segments.rbegin(); segment != list_.segments.rend(); ++segment) {
    if (behind >= targets_searched * target) return;
    if (behind >= targets_kept * target) leave(segment->parts);
    behind += segment->duration;
  }
}

}  // namespace live::hls
