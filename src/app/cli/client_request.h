#pragma once
// What was written on the command line → one request to the API. Names are looked up by asking.
// Errors: kInvalidArgument (wrong usage), kNotFound and kConflict (names), those of `ask`.

#include <string>

#include "app/cli/client_run.h"

namespace sekisho::app::cli {

struct ClientRequest {
  std::string target, body;
};
Result<ClientRequest> make_request(const Invocation& invocation, const Ask& ask);

}  // namespace sekisho::app::cli
