#include "tools/social-relay/retry.hpp"

#include <gtest/gtest.h>

namespace social_relay {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

void expect_near(milliseconds got, milliseconds wanted) {
  EXPECT_GE(got, wanted);
  EXPECT_LE(got, wanted * 105 / 100);
}

TEST(Retry, GrowsByHalfUpToAMinuteWithSomeJitter) {
  Retry retry{1};
  for (const auto wanted : {2000ms, 3000ms, 4500ms, 6750ms, 10125ms, 15187ms, 22780ms, 34170ms,
                            51255ms, 60000ms, 60000ms})
    expect_near(retry.next(0ms, Refusal::none), wanted);
  EXPECT_EQ(retry.failures(), 11U);
  EXPECT_NE(Retry{1}.next(0ms, Refusal::none), Retry{77}.next(0ms, Refusal::none));
}

TEST(Retry, BeginsAnewAfterAStableMinute) {
  Retry retry{1};
  for (int i = 0; i < 5; ++i)
    retry.next(59s, Refusal::none);
  expect_near(retry.next(60s, Refusal::none), 2s);
  EXPECT_EQ(retry.failures(), 1U);
}

TEST(Retry, LeavesAServerThatRefusesTheKeyAloneForLong) {
  Retry retry{1};
  expect_near(retry.next(0ms, Refusal::permanent), 5min);
  EXPECT_TRUE(retry.is_hopeless());
  expect_near(retry.next(0ms, Refusal::none), 2s);
  EXPECT_FALSE(retry.is_hopeless()) << "a connection that is lost says nothing of the key";
}

TEST(Retry, BelievesANameInUseOnlyOnce) {
  Retry retry{1};
  expect_near(retry.next(0ms, Refusal::temporary), 2s);
  EXPECT_FALSE(retry.is_hopeless());
  expect_near(retry.next(0ms, Refusal::temporary), 5min);
  EXPECT_TRUE(retry.is_hopeless());
  retry.next(0ms, Refusal::none);
  retry.next(0ms, Refusal::temporary);
  EXPECT_FALSE(retry.is_hopeless());
}

TEST(Retry, AServerThatTookTheStreamAndGoesDownHasNotRefusedIt) {
  Retry retry{1};
  retry.next(30s, Refusal::temporary);
  expect_near(retry.next(30s, Refusal::temporary), 3s);
  EXPECT_FALSE(retry.is_hopeless());
  expect_near(retry.next(30s, Refusal::permanent), 5min);
}

TEST(Retry, ANameThatOurLostConnectionStillHoldsIsNotAnothers) {
  Retry retry{1};
  expect_near(retry.next(20s, Refusal::none), 2s);
  for (const auto wanted : {3000ms, 4500ms, 6750ms, 10125ms, 15187ms, 22780ms}) {
    expect_near(retry.next(0ms, Refusal::temporary), wanted);
    EXPECT_FALSE(retry.is_hopeless());
  }
  retry.next(0ms, Refusal::temporary);
  EXPECT_FALSE(retry.is_hopeless()) << "a minute later it is somebody else's";
  expect_near(retry.next(0ms, Refusal::temporary), 5min);
}

TEST(Retry, AConnectionThatEndedInOrderWasAGoodOneToo) {
  Retry retry{1};
  for (int i = 0; i < 9; ++i)
    retry.next(0ms, Refusal::none);
  retry.ended(59s);
  expect_near(retry.next(0ms, Refusal::none), 60s);
  retry.ended(60s);
  expect_near(retry.next(0ms, Refusal::none), 2s);
}

TEST(Refusal, IsToldByTheCode) {
  EXPECT_EQ(refusal_of("", ""), Refusal::none);
  EXPECT_EQ(refusal_of("NetStream.Publish.BadName", "Stream already publishing"),
            Refusal::temporary);
  EXPECT_EQ(refusal_of("NetStream.Publish.Unauthorized", ""), Refusal::permanent);
  EXPECT_EQ(refusal_of("NetStream.Publish.Denied", ""), Refusal::permanent);
  EXPECT_EQ(refusal_of("NetConnection.Connect.Rejected", "[ AccessManager.Reject ]"),
            Refusal::permanent);
  EXPECT_EQ(refusal_of("NetConnection.Connect.InvalidApp", ""), Refusal::permanent);
  EXPECT_EQ(refusal_of("NetConnection.Connect.AppShutdown", "bye"), Refusal::none);
  EXPECT_EQ(refusal_of("NetConnection.Connect.Closed", "the server closed the connection"),
            Refusal::none);
}

}  // namespace
}  // namespace social_relay
