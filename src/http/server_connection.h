#pragma once
// One connection of a server: reads heads, runs the handler for each request in order, keeps the
// connection alive or closes it with care. Lives in the task that serves it.

#include <list>

#include "http/http_date.h"
#include "http/message_reader.h"
#include "http/response_writer.h"
#include "http/server.h"

namespace sekisho::http {

class ServerConnection;

// What the connections of one server share.
struct ServerState {
  io::Loop& loop;
  io::Network& network;
  BufferPool& buffers;
  ServerOptions options;
  Handler handler;
  CommonFields common;
  std::size_t connections = 0;
  std::size_t exchanges = 0;
  std::size_t refusals = 0;
  bool draining = false;
  std::list<ServerConnection*> open;
};

class ServerConnection {
 public:
  ServerConnection(ServerState& state, std::unique_ptr<io::Stream> stream, bool secure);
  ~ServerConnection();
  ServerConnection(const ServerConnection&) = delete;
  ServerConnection& operator=(const ServerConnection&) = delete;

  io::task<void> run();
  void close_if_idle();

  ServerState& state() { return state_; }
  io::Stream& stream() { return *stream_; }
  RequestParser& parser() { return parser_; }
  MessageReader& reader() { return reader_; }
  bool buffered() const { return !in_.empty(); }
  bool secure() const { return secure_; }
  const std::string& peer_address() const { return peer_address_; }
  std::string& scratch() { return scratch_; }  // for rendering heads; reused

 private:
  io::task<bool> next_request();
  io::task<bool> wait_for_first_byte();
  io::task<bool> serve_request();
  io::task<void> refuse(int status, std::string_view reason);
  io::task<void> linger();

  ServerState& state_;
  std::list<ServerConnection*>::iterator self_;
  std::unique_ptr<io::Stream> stream_;
  bool secure_;
  bool idle_ = false;
  bool clean_ = true;  // everything the peer sent was read
  std::string peer_address_;
  std::string scratch_;
  ReadBuffer in_;
  RequestParser parser_;
  MessageReader reader_;
};

// A whole small answer in JSON for what no handler sees.
std::string protocol_refusal(ServerState& state, int status, std::string_view reason,
                             std::string_view target);
// Sends FIN and reads on for a moment, so that the kernel does not reset what we sent last.
io::task<void> close_gently(io::Stream& stream, BufferPool& buffers);

}  // namespace sekisho::http
