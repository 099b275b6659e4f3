// The shape that every program has: declare options, run a body, leave with a status that advises.
//
//   int main(int argc, char** argv) {
//     rtsp2fmp4::Options options;
//     live::cli::Program program{"rtsp2fmp4", "one sentence", "Examples:\n  ..."};
//     rtsp2fmp4::declare(program.app(), options);
//     return program.run(argc, argv,
//                        [&](live::cli::Runtime& runtime) { rtsp2fmp4::run(options, runtime); });
//   }
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

namespace live::cli {

class Runtime;

class Program {
 public:
  /// `purpose` is one sentence; `examples` ends --help.
  Program(std::string name, std::string purpose, std::string examples);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  /// Where the program declares its own options.  --config, --log-level, --log-format, --status,
  /// --version and --help are added by run().
  CLI::App& app();
  /// What stands behind "--" on the command line goes to `command` as it is: a command to run, with its arguments.
  /// Without it "--" only ends the options.
  void takes_command(std::vector<std::string>& command);

  /// Parses (the command line wins over --config), hides credentials in argv, sets up log and
  /// signals, and runs `body`, which returns to leave with 0.  A Failure becomes its exit status
  /// and the line "NAME: message"; a wrong command line 64, a wrong configuration file 78 with
  /// "FILE:LINE: why", any other exception 70.  Returns the exit status.
  int run(int argc, char** argv, const std::function<void(Runtime&)>& body);

 private:
  void declare_common();

  struct Common;
  std::unique_ptr<Common> common_;
};

}  // namespace live::cli
