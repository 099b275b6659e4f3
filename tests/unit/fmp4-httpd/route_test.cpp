#include "tools/fmp4-httpd/route.hpp"

#include <gtest/gtest.h>

namespace fmp4_httpd {
namespace {

struct Case {
  std::string_view path;
  Page page;
  std::string_view name;
};

class RouteTest : public testing::TestWithParam<Case> {};

TEST_P(RouteTest, LeadsThere) {
  const auto route = route_of(GetParam().path);
  EXPECT_EQ(route.page, GetParam().page);
  EXPECT_EQ(route.name, GetParam().name);
}

INSTANTIATE_TEST_SUITE_P(
    Paths, RouteTest,
    testing::Values(Case{"/", Page::index, ""}, Case{"/stats.json", Page::stats, ""},
                    Case{"/-/player.js", Page::asset, "player.js"},
                    Case{"/favicon.ico", Page::icon, ""}, Case{"/live/", Page::player, "live"},
                    Case{"/live", Page::no_slash, "live"}, Case{"/live.mp4", Page::media, "live"},
                    Case{"/live.ws", Page::web_socket, "live"},
                    Case{"/door.1-b_c.mp4", Page::media, "door.1-b_c"}, Case{"", Page::none, ""},
                    Case{"*", Page::none, ""}, Case{"//", Page::none, ""},
                    Case{"/.mp4", Page::none, ""}, Case{"/a/b", Page::none, ""},
                    Case{"/../x.mp4", Page::none, ""}, Case{"/a..b.mp4", Page::none, ""},
                    Case{"/a b/", Page::none, ""}, Case{"/-", Page::none, ""}));

TEST(Route, NamesThatAreRoutesOrLookLikeOneAreReserved) {
  for (const auto* name : {"stats.json", "favicon.ico", "a.mp4", "a.ws", "b.m3u8", "metrics"}) {
    EXPECT_TRUE(is_reserved(name)) << name;
  }
  for (const auto* name : {"live", "stats", "mp4", "door.1", "ws"}) {
    EXPECT_FALSE(is_reserved(name)) << name;
  }
}

}  // namespace
}  // namespace fmp4_httpd
