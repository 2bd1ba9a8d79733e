#pragma once
// What the encoders of several dialects do alike with the events of an answer: each kind has a step
// of its own; stop and usage are kept until the end, so that a stop that turns into an error shows
// only the error; behind an error or the end nothing more is said. Internal to the dialects.

#include <string>

#include "wire/usage_seen.h"

namespace sekisho::wire {

class EventEncoder : public AnswerEncoder {
 public:
  void encode(const AnswerEvent& event, std::string& out) final;

 protected:
  virtual void start(std::string&) {}
  virtual void block_start(const AnswerEvent& event, std::string& out) = 0;
  virtual void delta(const AnswerEvent& event, std::string& out) = 0;
  virtual void block_stop(const AnswerEvent&, std::string&) {}
  virtual void error(const AnswerEvent& event, std::string& out) = 0;
  virtual void end(std::string& out) = 0;

  const AnswerEvent& stop() const { return stop_; }
  const UsageSeen& usage() const { return usage_; }

 private:
  void fail(const AnswerEvent& event, std::string& out);
  void finish(std::string& out);

  AnswerEvent stop_;
  UsageSeen usage_;
  bool over_ = false;
};

}  // namespace sekisho::wire
