#pragma once
// The client's ClientResponse: owns its connection until the body's end, then gives it back.

#include "http/client_pool.h"

namespace sekisho::http {

class PooledResponse final : public ClientResponse {
 public:
  // REQUIRES: the head was read. `connection` may be a message whose body is empty.
  PooledResponse(ClientPool& pool, std::unique_ptr<ClientConnection> connection,
                 CancelSource* cancel);

  const ResponseHead& head() const override { return head_; }
  io::task<Result<std::string_view>> read(SteadyTime soft_deadline) override;
  io::task<Result<void>> read_all(Buffer& into, std::size_t cap) override;
  void cancel() override;

 private:
  void at_end();
  Failure broken(Error error);
  SteadyTime hard_deadline() const { return last_byte_ + pool_.options().idle_timeout; }

  ClientPool& pool_;
  ResponseHead head_;
  std::unique_ptr<ClientConnection> connection_;  // null once the body has ended or failed
  std::optional<Error> error_;
  SteadyTime last_byte_;
  CancelHook cancel_;
};

}  // namespace sekisho::http
