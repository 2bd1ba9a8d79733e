#include "io/tls.h"

#include <gtest/gtest.h>

#include "io/epoll_network.h"
#include "io/signal.h"
#include "io/tls_stream.h"
#include "io/tls_test_authority.h"

namespace sekisho::io {
namespace {

using namespace std::chrono_literals;

iovec part_of(std::string_view text) {
  return {const_cast<char*>(text.data()), text.size()};
}

// Echoes until the client ends.
task<void> echo(Network& network, std::unique_ptr<Transport> transport, const TlsServerContext* tls,
                SteadyTime deadline) {
  auto stream = co_await network.adopt(std::move(transport), tls, deadline);
  if (!stream) co_return;
  std::string buffer(50'000, '\0');
  for (;;) {
    auto n = co_await (*stream)->read({buffer.data(), buffer.size()});
    if (!n || *n == 0) break;
    iovec part = part_of(std::string_view(buffer).substr(0, *n));
    if (!co_await (*stream)->write({&part, 1})) break;
  }
  (*stream)->shutdown();
}

class TlsTest : public ::testing::Test {
 protected:
  void serve(const testing::Pair& pair) {
    auto context = TlsServerContext::load(pair.certificate_file, pair.key_file);
    ASSERT_TRUE(context) << context.error().detail;
    context_ = *std::move(context);
    auto accept = [this](std::unique_ptr<Transport> t) {
      scope_.spawn(echo(network_, std::move(t), context_.get(), loop_.now() + 10s));
    };
    auto listening = network_.listen({"127.0.0.1", 0}, accept);
    ASSERT_TRUE(listening);
    listener_ = *std::move(listening);
  }

  std::unique_ptr<TlsClientOptions> options(TlsClientSettings settings) {
    auto made = TlsClientOptions::create(std::move(settings));
    EXPECT_TRUE(made) << made.error().detail;
    return *std::move(made);
  }
  std::unique_ptr<TlsClientOptions> trusting(const testing::Authority& authority) {
    return options({.ca_file = authority.file()});
  }

  task<void> try_connect(const TlsClientOptions& tls, std::string host) {
    Endpoint to{std::move(host), listener_->local().port};
    auto stream = co_await network_.connect(std::move(to), &tls, loop_.now() + 10s);
    error_ = stream ? Error{} : stream.error();
    if (stream) stream_ = *std::move(stream);
  }
  std::string refusal(const TlsClientOptions& tls, std::string host = "127.0.0.1") {
    loop_.run_until_done(try_connect(tls, std::move(host)));
    EXPECT_EQ(error_.code, Code::kUpstreamUnreachable);
    return error_.detail;
  }

  SystemClock clock_;
  EpollLoop loop_{clock_};
  Resolver resolver_{clock_, [](const std::string&) -> Result<Resolver::Addresses> {
                       return Resolver::Addresses{*literal_address("127.0.0.1")};
                     }};
  EpollNetwork network_{loop_, resolver_};
  std::unique_ptr<TlsServerContext> context_;
  TaskScope scope_{loop_};
  std::unique_ptr<Listener> listener_;
  testing::Authority authority_{"Test Authority"};
  std::unique_ptr<Stream> stream_;
  Error error_;
};

task<void> round_trip(Stream& stream, std::string text) {
  auto& loop = stream.loop();
  TaskScope scope(loop);
  auto writing = [](Stream& to, const std::string& what) -> task<void> {
    iovec parts[] = {part_of(std::string_view(what).substr(0, what.size() / 3)),
                     part_of(std::string_view(what).substr(what.size() / 3))};
    auto sent = co_await to.write(parts);
    EXPECT_TRUE(sent && *sent == what.size());
  };
  scope.spawn(writing(stream, text));
  std::string got, buffer(30'000, '\0');
  while (got.size() < text.size()) {
    auto n = co_await stream.read({buffer.data(), buffer.size()}, loop.now() + 20s);
    EXPECT_TRUE(n && *n > 0);
    if (!n || *n == 0) co_return;
    got.append(buffer, 0, *n);
  }
  EXPECT_TRUE(got == text);
}

TEST_F(TlsTest, CarriesBytesBothWaysAndNegotiatesHttp) {
  serve(authority_.issue("server", "DNS:gateway.test,IP:127.0.0.1"));
  auto tls = trusting(authority_);
  for (const auto* host : {"127.0.0.1", "gateway.test"}) {
    loop_.run_until_done(try_connect(*tls, host));
    ASSERT_TRUE(stream_) << error_.detail;
    EXPECT_EQ(stream_->alpn(), "http/1.1");
    for (std::size_t size : {1u, 16'383u, 16'384u, 16'385u, 3'000'000u}) {
      std::string text(size, '\0');
      for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 13 + i / 255);
      loop_.run_until_done(round_trip(*stream_, text));
    }
    EXPECT_FALSE(stream_->readable_now());  // session tickets are no data
    stream_.reset();
  }
}

TEST_F(TlsTest, ASecondConnectionResumesTheSession) {
  serve(authority_.issue("server", "IP:127.0.0.1"));
  auto tls = trusting(authority_);
  for (bool resumed : {false, true, true}) {
    loop_.run_until_done(try_connect(*tls, "127.0.0.1"));
    ASSERT_TRUE(stream_) << error_.detail;
    loop_.run_until_done(round_trip(*stream_, "hello"));
    EXPECT_EQ(static_cast<TlsStream&>(*stream_).resumed(), resumed);
    stream_.reset();
  }
}

TEST_F(TlsTest, AnUnknownAuthorityIsNamed) {
  serve(authority_.issue("server", "IP:127.0.0.1"));
  testing::Authority other("Other Authority");
  auto detail = refusal(*trusting(other));
  EXPECT_NE(detail.find("authority unknown here (CN=Test Authority)"), std::string::npos) << detail;
}

TEST_F(TlsTest, ACertificateForAnotherNameIsRefusedWithItsNames) {
  serve(authority_.issue("server", "DNS:a.test,DNS:b.test"));
  auto detail = refusal(*trusting(authority_), "gateway.test");
  EXPECT_NE(detail.find("is for another name (a.test, b.test)"), std::string::npos) << detail;
}

TEST_F(TlsTest, AnExpiredOrFutureCertificateIsRefusedWithItsTime) {
  serve(authority_.issue("old", "IP:127.0.0.1", -7200, -3600));
  auto tls = trusting(authority_);
  auto detail = refusal(*tls);
  EXPECT_NE(detail.find("has expired"), std::string::npos) << detail;
  serve(authority_.issue("future", "IP:127.0.0.1", 1800, 3600));
  detail = refusal(*tls);
  EXPECT_NE(detail.find("is not valid before"), std::string::npos) << detail;
}

TEST_F(TlsTest, APortWithoutTlsIsSaidSo) {
  auto serve_plainly = [](Network& network, std::unique_ptr<Transport> t) -> task<void> {
    auto stream = co_await network.adopt(std::move(t), nullptr, SteadyTime::max());
    iovec part = part_of("HTTP/1.1 400 Bad Request\r\n\r\n");
    co_await (*stream)->read({});
    co_await (*stream)->write({&part, 1});
    co_await (*stream)->loop().sleep_for(10s);
  };
  auto accept = [&](std::unique_ptr<Transport> t) {
    scope_.spawn(serve_plainly(network_, std::move(t)));
  };
  listener_ = *network_.listen({"127.0.0.1", 0}, accept);
  EXPECT_NE(refusal(*trusting(authority_)).find("does not speak TLS"), std::string::npos);
}

TEST_F(TlsTest, AHandshakeThatHangsMeetsItsDeadline) {
  std::vector<std::unique_ptr<Transport>> held;
  auto accept = [&](std::unique_ptr<Transport> t) { held.push_back(std::move(t)); };
  listener_ = *network_.listen({"127.0.0.1", 0}, accept);
  auto tls = trusting(authority_);
  auto run = [](Network& network, Endpoint to, const TlsClientOptions& with, Loop& loop,
                Error& error) -> task<void> {
    auto stream = co_await network.connect(to, &with, loop.now() + 20ms);
    EXPECT_FALSE(stream);
    if (!stream) error = stream.error();
  };
  loop_.run_until_done(run(network_, listener_->local(), *tls, loop_, error_));
  EXPECT_EQ(error_, (Error{Code::kTimeout, "the TLS handshake took too long"}));
}

TEST_F(TlsTest, ReloadingGivesNewConnectionsTheNewCertificate) {
  auto pair = authority_.issue("server", "DNS:old.test");
  serve(pair);
  auto tls = trusting(authority_);
  refusal(*tls, "gateway.test");
  authority_.issue("server", "DNS:gateway.test");  // overwrites the files
  ASSERT_TRUE(context_->reload());
  loop_.run_until_done(try_connect(*tls, "gateway.test"));
  EXPECT_TRUE(stream_) << error_.detail;
}

TEST_F(TlsTest, BadFilesAreNamed) {
  auto one = authority_.issue("one", "DNS:one.test");
  auto two = authority_.issue("two", "DNS:two.test");
  auto missing = TlsServerContext::load("/nowhere/cert.pem", one.key_file);
  ASSERT_FALSE(missing);
  EXPECT_TRUE(missing.error().detail.starts_with("/nowhere/cert.pem: no readable PEM"));
  auto crossed = TlsServerContext::load(one.certificate_file, two.key_file);
  ASSERT_FALSE(crossed);
  EXPECT_NE(crossed.error().detail.find("this key does not belong to"), std::string::npos);
  EXPECT_FALSE(TlsClientOptions::create({.ca_file = one.key_file}));
}

}  // namespace
}  // namespace sekisho::io
