#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "app/config_spec.h"

namespace sekisho::app {
namespace {

std::string document(const std::string& name) {
  std::ifstream in(SEKISHO_SOURCE_DIR "/docs/" + name, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

// After a change of config_spec.cpp: sekisho config schema > docs/configuration.schema.json, and
// likewise reference (docs/configuration.md) and reference-ja (docs/ja/configuration.md).
TEST(ConfigDocs, FilesInTheRepositoryAreWhatTheProgramPrints) {
  EXPECT_EQ(document("configuration.schema.json"), config_json_schema());
  EXPECT_EQ(document("configuration.md"), config_reference(DocLanguage::kEnglish));
  EXPECT_EQ(document("ja/configuration.md"), config_reference(DocLanguage::kJapanese));
}

}  // namespace
}  // namespace sekisho::app
