#pragma once
// Refusals as Bedrock says them: the exception's name in a header, and inside a stream a message of
// its event stream. Who the caller is, is told as AWS tells it (403, or 400 for a signature that
// cannot be read), so that its SDKs raise what they raise against the real service. Pure; private
// to wire/refusal*.cpp.

#include <string>
#include <string_view>

#include "wire/refusal.h"
#include "wire/refusal_status.h"

namespace sekisho::wire::bedrock {

struct Fault {
  std::string_view type;  // x-amzn-ErrorType
  int status = 0;         // 0: that of the refusal's class
};
Fault fault_of(const Refusal& refusal, const RefusalRow& row);

// `body` is {"message": …}.
std::string exception_frame(Fault fault, std::string_view body);

}  // namespace sekisho::wire::bedrock
