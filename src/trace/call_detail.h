#pragma once
// The rare parts of a call record in one BLOB: lists and texts without a bounded vocabulary.
// Format (docs/storage.md): each text as LEB128 length and bytes, each list as LEB128 count and
// elements, in the order of the members below. Nothing of it set: no BLOB.

#include <cstdint>
#include <string>

#include "store/database.h"
#include "trace/trace.h"

namespace sekisho::trace {

// model_asked, refusal, tags, dropped_fields, verdicts; then settlement_note if it is set. Appends
// nothing when all are empty.
void encode_detail(const CallRecord& record, std::string& out);
// False, and what could be read is set, when the bytes are not ours.
bool decode_detail(store::Bytes bytes, CallRecord& record);

}  // namespace sekisho::trace
