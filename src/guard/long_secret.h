#pragma once
// For tests: secrets longer than one finding may be, which scanners walk through in segments.

#include "guard/rule_sample.h"

namespace sekisho::guard {

inline std::string long_key_block(SampleDrawer& drawer, std::size_t lines,
                                  std::string_view newline) {
  std::string text = "-----BEGIN RSA PRIVATE KEY-----" + std::string(newline);
  for (std::size_t i = 0; i < lines; ++i) {
    text += drawer.characters("A-Za-z0-9+/", 64) + std::string(newline);
  }
  return text + drawer.characters("A-Za-z0-9+/", 22) + "==" + std::string(newline) +
         "-----END RSA PRIVATE KEY-----";
}

inline std::string long_web_token(SampleDrawer& drawer, std::size_t bytes) {
  return "eyJhbGciOiJSUzI1NiJ9.eyJ" + drawer.characters("A-Za-z0-9_-", bytes) + "." +
         drawer.characters("A-Za-z0-9_-", 341) + "Q";
}

}  // namespace sekisho::guard
