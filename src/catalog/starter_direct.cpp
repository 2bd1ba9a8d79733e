#include "catalog/starter_data.h"

namespace sekisho::catalog::starter {

extern const char* const kAnthropic = R"(
claude-fable-5 claude-fable-5 1000000 128000
  . anthropic 10 50 1 12.5 20
claude-fable-5-1 claude-fable-5-1 1000000 128000
  . anthropic 10 50 0.25 12.5 20
claude-haiku-4-5 claude-haiku-4-5 200000 64000
  . anthropic 1 5 0.1 1.25 2
claude-haiku-4-5-20251001 claude-haiku-4-5 200000 64000
  . unstated 1 5 0.1 1.25 2
claude-haiku-5-5 claude-haiku-5-5 1000000 128000
  . anthropic 0.1 0.5 0.01 0.125 0.2
    >100000 0.5 2.5 0.05 0.625 1
claude-mythos-5 claude-mythos-5 1000000 128000
  . anthropic 10 50 1 12.5 20
claude-mythos-5-1 claude-mythos-5-1 1000000 128000
  . anthropic 10 50 0.25 12.5 20
claude-opus-4-5 claude-opus-4-5 200000 64000
  . anthropic 5 25 0.5 6.25 10
claude-opus-4-5-20251101 claude-opus-4-5 200000 64000
  . unstated 5 25 0.5 6.25 10
claude-opus-4-6 claude-opus-4-6 1000000 128000
  . anthropic 5 25 0.5 6.25 10
claude-opus-4-6-20260205 claude-opus-4-6 1000000 128000
  . unstated 5 25 0.5 6.25 10
claude-opus-4-7 claude-opus-4-7 1000000 128000
  . anthropic 5 25 0.5 6.25 10
claude-opus-4-7-20260416 claude-opus-4-7 1000000 128000
  . unstated 5 25 0.5 6.25 10
claude-opus-4-8 claude-opus-4-8 1000000 128000
  . anthropic 5 25 0.5 6.25 10
claude-opus-5 claude-opus-5 1000000 128000
  . anthropic 5 25 0.5 6.25 10
claude-opus-5-5 claude-opus-5-5 1000000 128000
  . anthropic 4 20 0.2 5 8
claude-sonnet-4-5 claude-sonnet-4-5 200000 64000
  . anthropic 3 15 0.3 3.75 6
claude-sonnet-4-5-20250929 claude-sonnet-4-5 200000 64000
  . anthropic 3 15 0.3 3.75 6
claude-sonnet-4-6 claude-sonnet-4-6 1000000 128000
  . anthropic 3 15 0.3 3.75 6
claude-sonnet-5 claude-sonnet-5 1000000 128000
  . anthropic 2 10 0.2 2.5 4
claude-sonnet-5-5 claude-sonnet-5-5 1000000 128000
  . anthropic 2 10 0.1 2.5 4
)";

extern const char* const kOpenAi = R"(
gpt-4.1 gpt-4.1 1047576 32768
  . openai 2 8 0.5 - -
gpt-4.1-mini gpt-4.1-mini 1047576 32768
  . openai 0.4 1.6 0.1 - -
gpt-4.1-nano gpt-4.1-nano 1047576 32768
  . openai 0.1 0.4 0.025 - -
gpt-4o gpt-4o 128000 16384
  . openai 2.5 10 1.25 - -
gpt-4o-mini gpt-4o-mini 128000 16384
  . openai 0.15 0.6 0.075 - -
gpt-5 gpt-5 272000 128000
  . openai 1.25 10 0.125 - -
gpt-5-mini gpt-5-mini 272000 128000
  . openai 0.25 2 0.025 - -
gpt-5-nano gpt-5-nano 272000 128000
  . openai 0.05 0.4 0.005 - -
gpt-5.1 gpt-5.1 272000 128000
  . openai 1.25 10 0.125 - -
gpt-5.2 gpt-5.2 272000 128000
  . openai 1.75 14 0.175 - -
gpt-5.4 gpt-5.4 1050000 128000
  . openai 2.5 15 0.25 - -
    >272000 5 22.5 0.5 - -
gpt-5.4-mini gpt-5.4-mini 272000 128000
  . openai 0.75 4.5 0.075 - -
gpt-5.4-nano gpt-5.4-nano 272000 128000
  . openai 0.2 1.25 0.02 - -
gpt-5.5 gpt-5.5 1050000 128000
  . openai 5 30 0.5 - -
    >272000 10 45 1 - -
gpt-5.6 gpt-5.6 922000 128000
  . unstated 4 20 0.4 5 10
    >272000 8 30 0.8 10 20
gpt-5.6-luna gpt-5.6-luna 922000 128000
  . openai 0.2 1.2 0.02 0.25 0.5
    >272000 0.4 1.8 0.04 0.5 1
gpt-5.6-sol gpt-5.6-sol 922000 128000
  . openai 4 20 0.4 5 10
    >272000 8 30 0.8 10 20
gpt-5.6-terra gpt-5.6-terra 922000 128000
  . openai 2 12 0.2 2.5 5
    >272000 4 18 0.4 5 10
gpt-6-astra gpt-6-astra 922000 128000
  . openai 10 50 1 12.5 25
    >272000 20 75 2 25 50
gpt-6-luna gpt-6-luna 922000 128000
  . openai 0.1 0.5 0.01 0.125 0.25
    >272000 0.2 0.75 0.02 0.25 0.5
gpt-6-sol gpt-6-sol 922000 128000
  . openai 2 10 0.2 2.5 5
    >272000 4 15 0.4 5 10
gpt-6.1-sol gpt-6.1-sol 922000 128000
  . openai 2 10 0.1 2.5 5
    >272000 4 15 0.2 5 10
gpt-6.1-terra gpt-6.1-terra 922000 128000
  . openai 1 5 0.05 1.25 2.5
    >272000 2 7.5 0.1 2.5 5
o3 o3 200000 100000
  . openai 2 8 0.5 - -
o4-mini o4-mini 200000 100000
  . openai 1.1 4.4 0.275 - -
)";

// Text, images and video; sound costs more at most of them, and is not let through.
extern const char* const kGemini = R"(
gemini-2.5-flash gemini-2.5-flash 1048576 65536
  . google 0.3 2.5 0.03 - -
gemini-2.5-flash-lite gemini-2.5-flash-lite 1048576 65536
  . google 0.1 0.4 0.01 - -
gemini-2.5-pro gemini-2.5-pro 1048576 65536
  . google 1.25 10 0.125 - -
    >200000 2.5 15 0.25 - -
gemini-3-flash-preview gemini-3-flash 1048576 65536
  . google 0.5 3 0.05 - -
gemini-3.1-flash-lite gemini-3.1-flash-lite 1048576 65536
  . google 0.25 1.5 0.025 - -
gemini-3.1-pro-preview gemini-3.1-pro 1048576 65536
  . google 2 12 0.2 - -
    >200000 4 18 0.4 - -
gemini-3.5-flash gemini-3.5-flash 1048576 65536
  . google 1.5 9 0.15 - -
gemini-3.5-flash-lite gemini-3.5-flash-lite 1048576 65536
  . google 0.3 2.5 0.03 - -
gemini-3.6-flash gemini-3.6-flash 1048576 65536
  . google 0.75 3.75 0.075 - -
gemini-3.7-flash gemini-3.7-flash 1048576 65536
  . google 0.75 3.75 0.075 - -
gemini-3.8-flash gemini-3.8-flash 1048576 65536
  . google 0.75 3.75 0.075 - -
gemini-4-argon gemini-4-argon 1048576 1048576
  . google 2 10 0.1 - -
)";

}  // namespace sekisho::catalog::starter
