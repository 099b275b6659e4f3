#include "common/base/metrics.hpp"

#include <gtest/gtest.h>

namespace live {
namespace {

TEST(MetricsText, NamesHelpAndTypeOncePerName) {
  MetricsText metrics;
  metrics.counter("live_bytes_total", "Bytes sent.", 3e9, label("stream", "a"));
  metrics.counter("live_bytes_total", "Bytes sent.", 1, label("stream", "b"));
  metrics.gauge("live_viewers", "Viewers\nnow \\ here.", 0.5);
  EXPECT_EQ(metrics.text(),
            "# HELP live_bytes_total Bytes sent.\n"
            "# TYPE live_bytes_total counter\n"
            "live_bytes_total{stream=\"a\"} 3000000000\n"
            "live_bytes_total{stream=\"b\"} 1\n"
            "# HELP live_viewers Viewers\\nnow \\\\ here.\n"
            "# TYPE live_viewers gauge\n"
            "live_viewers 0.5\n");
}

TEST(Label, EscapesItsValue) { EXPECT_EQ(label("x", "a\"b\\c\nd"), "x=\"a\\\"b\\\\c\\nd\""); }

TEST(Counter, AddsAndIsSet) {
  Counter counter;
  counter.add();
  counter.add(4);
  EXPECT_EQ(counter.value(), 5U);
  counter.set(2);
  EXPECT_EQ(counter.value(), 2U);
}

}  // namespace
}  // namespace live
