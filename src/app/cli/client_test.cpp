#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "app/cli/client.h"
#include "app/cli/client_run.h"
#include "app/cli/completion.h"
#include "app/cli/display_width.h"
#include "app/cli/text_table.h"
#include "http/server.h"
#include "io/epoll_loop.h"
#include "io/epoll_network.h"
#include "store/scratch.h"

namespace sekisho::app::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(DisplayWidth, WideAndCombining) {
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("開発部"), 6u);
  EXPECT_EQ(display_width("ｱｲｳ"), 3u);       // half-width katakana
  EXPECT_EQ(display_width("ＡＢ"), 4u);      // full-width latin
  EXPECT_EQ(display_width("か\u3099"), 2u);  // combining voiced mark
  EXPECT_EQ(display_width("🚀"), 2u);
  EXPECT_EQ(display_width("é"), 1u);
  EXPECT_EQ(display_width("\xff\xfe"), 2u);
}

TEST(DisplayWidth, NamesDoNotSteerTheTerminal) {
  EXPECT_EQ(printable("a\x1b[31mb\n\u202ec"), "a [31mb  c");
}

TEST(TextTable, ColumnsLineUp) {
  TextTable table({{"名前", false}, {"N", true}});
  table.add({"開発", "5"});
  table.add({"a", "120"});
  EXPECT_EQ(table.render(), "名前    N\n開発    5\na     120\n");
}

class Client : public testing::Test {
 protected:
  // Runs "key list --alias x" against canned answers, by "METHOD target".
  int run(std::string_view group, std::string_view name,
          std::map<std::string_view, std::string> given, bool json = false,
          Language language = Language::kEnglish) {
    for (const auto& command : client_commands()) {
      if (command.group != group || command.name != name) continue;
      Invocation invocation{&command, std::move(given), json, language};
      auto ask = [this](std::string_view method, const std::string& target,
                        const std::string& body) -> Result<ApiAnswer> {
        asked.push_back(std::string(method) + " " + target + (body.empty() ? "" : " " + body));
        auto at = answers.find(std::string(method) + " " + target);
        if (at == answers.end()) return ApiAnswer{200, "{}"};
        return at->second;
      };
      return run_command(invocation, ask, out, err);
    }
    ADD_FAILURE() << "no such command";
    return -1;
  }
  std::map<std::string, ApiAnswer> answers;
  std::vector<std::string> asked;
  std::ostringstream out, err;
};

TEST_F(Client, NamesAreLookedUp) {
  answers["GET /api/v1/users?name=%E8%8A%B1"] = {200, R"({"users":[{"id":7,"name":"花"}]})"};
  answers["GET /api/v1/units"] = {200, R"({"units":[{"id":3,"name":"dev"},{"id":4,"name":"x"}]})"};
  EXPECT_EQ(run("key", "create",
                {{"--user", "花"},
                 {"--unit", "dev"},
                 {"--budget", "5"},
                 {"--window", "day"},
                 {"--models", "a,b"},
                 {"--rpm", "none"},
                 {"--administrator", "true"}}),
            0);
  ASSERT_EQ(asked.size(), 4u);  // two names, the change, and whether the models are known
  EXPECT_EQ(asked[2], R"(POST /api/v1/keys {"user":7,"unit":3,"administrator":true,"budget":"5",)"
                      R"("window":"day","requests_per_minute":null,"models":["a","b"]})");
}

TEST_F(Client, UnknownAndAmbiguousNamesAreRefused) {
  answers["GET /api/v1/units"] = {200, R"({"units":[{"id":3,"name":"x"},{"id":4,"name":"x"}]})"};
  EXPECT_EQ(run("unit", "show", {{"unit", "x"}}), 1);
  EXPECT_EQ(run("unit", "show", {{"unit", "y"}}), 1);
  EXPECT_EQ(err.str(),
            "sekisho: several units are named 'x': give the id\n"
            "sekisho: there is no unit 'y'\n");
}

TEST_F(Client, PathsAndQueries) {
  run("unit", "show", {{"unit", "12"}});
  run("spend", "", {{"--by", "day,user"}, {"--from", "2026-11-01"}, {"--model", "a b"}});
  EXPECT_THAT(asked, ElementsAre("GET /api/v1/units/12",
                                 "GET /api/v1/spend?group_by=day%2Cuser&from=2026-11-01"
                                 "&model=a%20b"));
}

TEST_F(Client, WrongUsageIsTold) {
  EXPECT_EQ(run("key", "update", {{"key", "1"}, {"--budget", "much"}}), 2);
  EXPECT_THAT(err.str(), HasSubstr("--budget: 'much' is no amount"));
  EXPECT_EQ(run("key", "list", {{"--limit", "x"}}), 2);
}

TEST_F(Client, TheServersSentenceIsShown) {
  answers["POST /api/v1/keys/9/block"] = {403, R"({"error":{"message":"not yours"}})"};
  EXPECT_EQ(run("key", "block", {{"key", "9"}}), 1);
  EXPECT_EQ(err.str(), "sekisho: not yours\n");
  answers["POST /api/v1/keys/8/block"] = {502, "<html>"};
  EXPECT_EQ(run("key", "block", {{"key", "8"}}, false, Language::kJapanese), 1);
  EXPECT_THAT(err.str(), HasSubstr("サーバーの応答: ステータス 502"));
}

TEST_F(Client, RefusalsNameOptionsNotFields) {
  answers["GET /api/v1/spend?group_by=colour"] = {
      400, R"({"error":{"message":"field 'group_by' takes day, unit"}})"};
  EXPECT_EQ(run("spend", "", {{"--by", "colour"}}), 1);
  EXPECT_EQ(err.str(), "sekisho: --by takes day, unit\n");
}

TEST_F(Client, ErrorsAreInTheReadersLanguage) {
  EXPECT_EQ(run("key", "update", {{"key", "1"}, {"--budget", "much"}}, false, Language::kJapanese),
            2);
  EXPECT_EQ(err.str(), "sekisho: --budget: 「much」は USD の金額ではありません\n");
}

TEST_F(Client, ModelsThatNobodyKnowsAreSaid) {
  answers["POST /api/v1/keys"] = {201, R"({"key":"sk-x","virtual_key":{"id":1}})"};
  answers["GET /api/v1/models"] = {200, R"({"models":[{"name":"sonnet","aliases":["fast"]}]})"};
  EXPECT_EQ(run("key", "create", {{"--models", "son*,fast,nonsense"}}), 0);
  EXPECT_THAT(err.str(), HasSubstr("no model matches 'nonsense'"));
  EXPECT_EQ(err.str().find("fast"), std::string::npos);
}

TEST_F(Client, RightsAreGivenAndTakenAway) {
  run("key", "update", {{"key", "1"}, {"--administrator", "false"}});
  run("model", "update", {{"model", "2"}, {"--allow-unpriced", "false"}});
  EXPECT_THAT(asked, ElementsAre(R"(PATCH /api/v1/keys/1 {"administrator":false})",
                                 R"(PATCH /api/v1/models/2 {"allow_unpriced":false})"));
  EXPECT_EQ(run("key", "create", {{"--administrator", "no"}}), 2);
}

TEST_F(Client, ListsAreTables) {
  answers["GET /api/v1/spend?group_by=user"] = {
      200, R"({"rows":[{"user":{"id":1,"name":"花子"},"requests":2,"total_tokens":240,
                        "cost":"1.5"},{"user":null,"requests":1,"total_tokens":9,"cost":"0.25"}],
               "total":{"requests":3,"cost":"1.75"}})"};
  EXPECT_EQ(run("spend", "", {{"--by", "user"}}), 0);
  EXPECT_EQ(out.str(),
            "USER  REQUESTS  TOKENS   COST\n"
            "花子         2     240  $1.50\n"
            "-            1       9  $0.25\n"
            "total $1.75 in 3 requests\n");
}

TEST_F(Client, JapaneseTitlesAndMore) {
  answers["GET /api/v1/units"] = {200, R"({"units":[{"id":1,"name":"開発","kind":"team",
     "parent":null,"budget":null,"window":"none","requests_per_minute":null,
     "tokens_per_minute":null,"parallel":null}]})"};
  EXPECT_EQ(run("unit", "list", {}, false, Language::kJapanese), 0);
  EXPECT_THAT(out.str(), HasSubstr("ID  名前  種別  上位  予算  期間  RPM  TPM  同時\n"));
  answers["GET /api/v1/keys?limit=1"] = {200, R"({"keys":[],"next":5})"};
  run("key", "list", {{"--limit", "1"}});
  EXPECT_EQ(err.str(), "more rows: add --after 5\n");
}

TEST_F(Client, ANewKeyIsShownWithAWarning) {
  answers["POST /api/v1/keys"] = {201, R"({"key":"sk-x","virtual_key":{"id":1,"alias":"a"}})"};
  EXPECT_EQ(run("key", "create", {}), 0);
  EXPECT_THAT(out.str(), HasSubstr("\nsk-x\n"));
  EXPECT_THAT(err.str(), HasSubstr("shown only once"));
}

TEST_F(Client, JsonIsTheServersOwn) {
  answers["GET /api/v1/keys"] = {200, R"({"keys":[ ]})"};
  EXPECT_EQ(run("key", "list", {}, true), 0);
  EXPECT_EQ(out.str(), "{\"keys\":[ ]}\n");
}

TEST_F(Client, OneThingIsShownWholly) {
  answers["GET /api/v1/requests/req_1"] = {
      200, R"({"request_id":"req_1","usage":{"input":5},"tags":["a","b"],"streamed":true})"};
  run("requests", "show", {{"request", "req_1"}});
  EXPECT_EQ(out.str(),
            "request_id   req_1\nusage.input  5\ntags.0       a\ntags.1       b\n"
            "streamed     yes\n");
}

TEST_F(Client, AnExplanationEndsWithTheVerdict) {
  answers["POST /api/v1/explain"] = {200, R"({"allowed":false,"refusal":{"sentence":"No."},
               "steps":[{"stage":"model","passed":false,"text":"unknown"}]})"};
  run("explain", "", {{"model", "x"}});
  EXPECT_EQ(out.str(), "STAGE  PASSED  WHAT\nmodel  no      unknown\nrefused: No.\n");
}

io::task<void> refuse(http::ServerExchange& http) {
  http::Headers headers;
  headers.set("content-type", "application/json");
  (void)co_await http.respond(403, headers, R"({"error":{"message":"no"}})");
}

class CommandLine : public testing::Test {
 protected:
  void SetUp() override {
    app.require_subcommand(1);
    add_client_commands(app, result, Language::kEnglish);
  }
  CLI::App app{"sekisho"};
  int result = -1;
};

TEST_F(CommandLine, WithoutAKeyItSaysSo) {
  ::unsetenv("SEKISHO_KEY");
  app.parse("key list", false);
  EXPECT_EQ(result, 2);
}

TEST_F(CommandLine, UnknownOptionsAreRefused) {
  EXPECT_THROW(app.parse("key list --allias x", false), CLI::ParseError);
  EXPECT_THROW(app.parse("key", false), CLI::ParseError);
  EXPECT_THROW(app.parse("unit show", false), CLI::ParseError);
}

TEST_F(CommandLine, FlagsTakeNoValue) {
  EXPECT_THROW(app.parse("budget list --all=false", false), CLI::ParseError);
  EXPECT_THROW(app.parse("key create --administrator", false), CLI::ParseError);
}

TEST_F(CommandLine, EveryArgumentHasAPlaceInThePath) {
  for (const auto& command : client_commands()) {
    for (auto at = command.path.find('{'); at != std::string_view::npos;
         at = command.path.find('{', at + 1)) {
      auto name = command.path.substr(at + 1, command.path.find('}') - at - 1);
      bool found = false;
      for (const auto& argument : command.arguments) found = found || argument.field == name;
      EXPECT_TRUE(found) << command.path;
    }
  }
}

TEST_F(CommandLine, AsksARealServer) {
  store::ScratchDirectory scratch;
  auto key_file = scratch.file("key");
  std::ofstream(key_file) << "sk-from-file\n";
  SystemClock clock;
  io::Resolver resolver(clock);
  io::EpollLoop loop(clock);
  io::EpollNetwork network(loop, resolver);
  http::BodyBudget budget;
  http::BufferPool buffers(budget);
  std::string seen;
  auto handler = [&seen](http::ServerExchange& http) {
    seen = http.request().method + " " + http.request().target + " " +
           std::string(http.request().headers.get("authorization"));
    return refuse(http);
  };
  http::Server server(loop, network, buffers, {}, handler);
  auto listener = network.listen({"127.0.0.1", 0}, [&](std::unique_ptr<io::Transport> transport) {
    server.adopt(std::move(transport), nullptr);
  });
  ASSERT_TRUE(listener);
  auto port = (*listener)->local().port;
  std::thread thread([&loop] { loop.run(); });
  app.parse("budget list --all --scope key --url http://127.0.0.1:" + std::to_string(port) +
                " --key-file " + key_file,
            false);
  loop.stop();
  thread.join();
  EXPECT_EQ(result, 1);
  EXPECT_EQ(seen, "GET /api/v1/budgets?scope=key&all=true Bearer sk-from-file");
}

TEST_F(CommandLine, BashCompletesCommandsAndOptions) {
  store::ScratchDirectory scratch;
  auto script = scratch.file("completion.bash");
  std::ofstream(script) << bash_completion(app);
  auto complete = [&](const std::string& words, int at) {
    auto command = "bash -c 'source " + script + "; COMP_WORDS=(" + words +
                   "); COMP_CWORD=" + std::to_string(at) +
                   "; _sekisho; echo \"${COMPREPLY[*]}\"' > " + scratch.file("out");
    EXPECT_EQ(std::system(command.c_str()), 0);
    std::ifstream file(scratch.file("out"));
    std::string line;
    std::getline(file, line);
    return line;
  };
  EXPECT_EQ(complete("sekisho ke", 1), "key");
  EXPECT_EQ(complete("sekisho key un", 2), "unblock");
  EXPECT_EQ(complete("sekisho key list --url x --al", 5), "--alias");
  EXPECT_EQ(complete("sekisho zzz", 1), "");
  EXPECT_EQ(complete("sekisho key create --window mo", 4), "month");
  EXPECT_EQ(complete("sekisho key update x --administrator f", 5), "false");
}

TEST(Languages, FromArgumentsThenEnvironment) {
  const char* japanese[] = {"sekisho", "key", "--lang", "ja"};
  const char* english[] = {"sekisho", "--lang=en"};
  EXPECT_EQ(language_of(4, japanese), Language::kJapanese);
  EXPECT_EQ(language_of(2, english), Language::kEnglish);
}

}  // namespace
}  // namespace sekisho::app::cli
