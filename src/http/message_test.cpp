#include "http/message.h"

#include <gtest/gtest.h>

namespace sekisho::http {
namespace {

TEST(Headers, NamesAreComparedWithoutCase) {
  Headers headers;
  headers.add("X-Api-Key", "1");
  headers.add("x-api-key", "2");
  headers.add("Other", "3");
  EXPECT_EQ(headers.get("X-API-KEY"), "1");
  EXPECT_EQ(headers.count("x-api-key"), 2u);
  EXPECT_EQ(headers.find("absent"), std::nullopt);
  EXPECT_EQ(headers.get("absent"), "");
  headers.set("X-API-key", headers.get("other"));
  EXPECT_EQ(headers.count("x-api-key"), 1u);
  EXPECT_EQ(headers.get("x-api-key"), "3");
  headers.remove("OTHER");
  EXPECT_EQ(headers.fields().size(), 1u);
  // Only letters fold: '[' and '{' differ by the same bit.
  EXPECT_FALSE(equals_ignoring_case("a[", "a{"));
}

TEST(RequestHead, PathAndQuery) {
  RequestHead head;
  head.target = "/v1/messages?beta=true&x=?";
  EXPECT_EQ(head.path(), "/v1/messages");
  EXPECT_EQ(head.query(), "beta=true&x=?");
  head.target = "/";
  EXPECT_EQ(head.path(), "/");
  EXPECT_EQ(head.query(), "");
}

}  // namespace
}  // namespace sekisho::http
