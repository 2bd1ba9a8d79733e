#include "gateway/probe.h"

#include "gateway/relay.h"
#include "wire/json_writer.h"

namespace sekisho::gateway {

bool is_probe(const Exchange& x) {
  const auto& e = x.envelope;
  return x.operation == wire::Operation::kInvoke && x.client == wire::ClientKind::kClaudeCode &&
         e.max_tokens == 1 && e.messages_count == 1 && e.tools_count == 0 && e.first_user &&
         e.first_user->of(x.body.view()) == ".";
}

io::task<void> answer_probe(Exchange& x) {
  x.record.operation = "probe";
  x.record.outcome = "ok";
  x.record.status = 200;
  std::string body;
  wire::JsonWriter w(body);
  w.begin_object().field("id", "msg_" + x.id_text.substr(4));
  w.field("type", "message").field("role", "assistant").field("model", x.envelope.model_name);
  w.key("content").begin_array().begin_object();
  w.field("type", "text").field("text", ".").end_object().end_array();
  w.field("stop_reason", "max_tokens").key("stop_sequence").null();
  w.key("usage").begin_object().field("input_tokens", 0).field("output_tokens", 0).end_object();
  w.end_object();
  auto headers = answer_headers(x);
  headers.add("content-type", "application/json");
  (void)co_await x.http.respond(200, headers, body);
}

}  // namespace sekisho::gateway
