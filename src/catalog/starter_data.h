#pragma once
// The starter table as text, read by starter_table.cpp. All figures were read from the price file
// that litellm 1.109.1 (2026-11-12) carries; each is stated there, none is computed. Where that
// file names the page it took a figure from, the row says so (aws, anthropic, openai, google),
// otherwise "unstated". A rate that is not stated is "-".
//
// kModels, one model a line:      name family trait…
// kBedrock, kAnthropic, kOpenAi, kGemini:
//                                 model-id name context-window max-output
//                                   prefix,… source input output cache-read write-5m write-1h
//                                     >tokens the same five rates, for prompts above that
// Rates are USD per million tokens. A prefix is that of a cross-region profile, "." stands for
// none. OpenAI's long-lived cache writes (12 h) stand in the column of the 1-hour ones.
//
// Traits: reasoning, no-images, no-tools, no-caching, no-sampling (temperature and top_p are
// refused), no-forced (tool choice), no-schema (answers by a JSON schema, as AWS lists them),
// adaptive (thinking by effort or level instead of a budget), no-prefill, thinks (always; so
// reasoning), cache=N (shortest prefix that is cached), fast=P and us=P (percent of the price with
// speed "fast" and inference_geo "us", at Anthropic's own API), image=N (the most tokens that one
// image is billed as; else image_tokens_of its family).
//
// image=N of OpenAI's models follows from its page "Images and vision" (Calculating costs): by
// tiles base + 8 × tile (at most 2048 × 768 pixels are 8 tiles of 512), gpt-4o 85 + 170,
// gpt-4o-mini 2,833 + 5,667, gpt-5 70 + 140, o3 75 + 150; by patches 1,536 × 1 (gpt-4.1), 1.62
// (mini), 2.46 (nano), 1.72 (o4-mini). gpt-5.1 and gpt-5.2, for which it has no figure of their
// own: 1,536 at the dearest. Where the detail "original" keeps 10,000 patches (from gpt-5.4 on):
// these at the dearest.

namespace sekisho::catalog::starter {

extern const char* const kModels;
extern const char* const kBedrock;
extern const char* const kAnthropic;
extern const char* const kOpenAi;
extern const char* const kGemini;

}  // namespace sekisho::catalog::starter
