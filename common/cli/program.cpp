#include "common/cli/program.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/base/redact.hpp"
#include "common/base/text.hpp"
#include "common/cli/config_file.hpp"
#include "common/cli/options.hpp"
#include "common/cli/runtime.hpp"
#include "common/net/listen.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <optional>
#include <tuple>
#include <vector>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

namespace live::cli {
namespace {

const std::map<std::string, log::Level> levels{{"debug", log::Level::debug},
                                               {"info", log::Level::info},
                                               {"warn", log::Level::warn},
                                               {"error", log::Level::error}};
const std::map<std::string, log::Format> formats{{"text", log::Format::text},
                                                 {"json", log::Format::json}};

bool is_closed(int fd) { return ::fcntl(fd, F_GETFD) < 0 && errno == EBADF; }

/// Fills standard descriptors that we were started without (`>&-`): a socket that got number 1 would be sent our
/// media.  Nobody reads standard output then, so it becomes a pipe without a reader.
void occupy_standard_descriptors() {
  if (is_closed(STDIN_FILENO)) std::ignore = ::open("/dev/null", O_RDONLY);
  if (is_closed(STDOUT_FILENO)) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) == 0) {  // the reading end has the free number; dup2() closes it
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[1]);
    }
  }
  if (is_closed(STDERR_FILENO)) std::ignore = ::open("/dev/null", O_WRONLY);
}

/// Copies the arguments, in the order that CLI11 wants them: the last first.
std::vector<std::string> reversed_arguments(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + std::max(argc, 1));
  std::ranges::reverse(arguments);
  return arguments;
}

/// Moves what stands behind the first "--" to `command`, and drops the mark itself.
void split_command(std::vector<std::string>& reversed, std::vector<std::string>& command) {
  const auto mark = std::find(reversed.rbegin(), reversed.rend(), "--");
  if (mark == reversed.rend()) return;
  command.assign(std::next(mark), reversed.rend());
  if (command.empty() || command.front().empty())
    fail(Exit::usage, "behind -- stands a command: there is none");
  reversed.erase(reversed.begin(), mark.base());
}

/// The FILE of --config FILE or --config=FILE; it is needed before anything is parsed.
std::optional<std::string> config_path(const std::vector<std::string>& reversed) {
  constexpr std::string_view option = "--config";
  for (auto it = reversed.rbegin(); it != reversed.rend() && *it != "--"; ++it) {
    if (it->starts_with(option) && it->size() > option.size() && (*it)[option.size()] == '=')
      return it->substr(option.size() + 1);
    if (*it == option && std::next(it) != reversed.rend()) return *std::next(it);
  }
  return {};
}

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

/// What was not expected, without values: one of them may be a secret.
std::string names_only(const std::vector<std::string>& arguments) {
  std::string names;
  for (const auto& argument : arguments) {
    const auto name =
        argument.substr(0, std::min({argument.find('='), argument.find("://"), argument.size()}));
    names += (names.empty() ? "" : " ") + printable(name);
  }
  return names;
}

/// "" is no value: a variable was not set where this was written.
void refuse_empty_values(const CLI::App& app) {
  for (const auto* option : app.get_options()) {
    if (option->get_positional()) continue;
    for (const auto& value : option->results())
      if (value.empty()) fail(Exit::usage, "{} is empty", option->get_name());
  }
}

/// A text of CLI11 as one line.
std::string one_line(std::string text) {
  while (text.ends_with('\n'))
    text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  return text;
}

}  // namespace

struct Program::Common {
  explicit Common(std::string purpose, std::string given_name)
      : name(std::move(given_name)), app(std::move(purpose), name) {}
  std::string name;
  CLI::App app;
  std::string config, level = "info", format = "text";
  std::optional<Address> status;
  std::vector<std::string>* command = nullptr;
};

Program::Program(std::string name, std::string purpose, std::string examples)
    : common_(std::make_unique<Common>(std::move(purpose), std::move(name))) {
  common_->app.footer(std::move(examples));
  common_->app.get_formatter()->column_width(34);
}

Program::~Program() = default;

CLI::App& Program::app() { return common_->app; }

void Program::takes_command(std::vector<std::string>& command) { common_->command = &command; }

void Program::declare_common() {
  auto& app = common_->app;
  app.option_defaults()->group("Common options");
  app.add_option("--config", common_->config, "read options from FILE, one OPTION = VALUE per line")
      ->type_name("FILE");
  app.add_option("--log-level", common_->level, "debug, info, warn or error")
      ->check(CLI::IsMember(levels, CLI::ignore_case).description(""))
      ->type_name("LEVEL")
      ->capture_default_str();
  app.add_option("--log-format", common_->format, "text or json")
      ->check(CLI::IsMember(formats, CLI::ignore_case).description(""))
      ->type_name("FORMAT")
      ->capture_default_str();
  add_address(app, "--status", common_->status, "serve /healthz and /metrics at ADDRESS");
  app.set_version_flag("--version", common_->name + " " LIVE_VERSION, "print the version");
  app.set_help_flag("-h,--help", "print this help");
}

namespace {

/// False when there is nothing to run: --help or --version has been answered.
bool parse(CLI::App& app, const std::string& name, std::vector<std::string> arguments) {
  try {
    if (const auto path = config_path(arguments)) apply_config(app, *path);
    app.parse(std::move(arguments));
    refuse_empty_values(app);
  } catch (const CLI::CallForVersion& version) {
    print(std::string{version.what()} + "\n");
    return false;
  } catch (const CLI::Success&) {
    print(app.help());
    return false;
  } catch (const CLI::ExtrasError&) {
    fail(Exit::usage, "not expected: {}; see {} --help", names_only(app.remaining()), name);
  } catch (const CLI::ParseError& error) {
    fail(Exit::usage, "{}; see {} --help", one_line(error.what()), name);
  }
  return true;
}

int leave(std::string_view message, Exit exit) {
  log::last_words(message);
  return static_cast<int>(exit);
}

}  // namespace

int Program::run(int argc, char** argv, const std::function<void(Runtime&)>& body) {
  occupy_standard_descriptors();
  declare_common();  // after the program's own, as --help shows them
  auto arguments = reversed_arguments(argc, argv);
  hide_credentials(argc, argv);
  ::signal(SIGPIPE, SIG_IGN);
  log::start(common_->name, log::Level::info, log::Format::text);
  try {
    if (common_->command != nullptr) split_command(arguments, *common_->command);
    if (!parse(common_->app, common_->name, std::move(arguments))) return 0;
    log::start(common_->name, levels.at(CLI::detail::to_lower(common_->level)),
               formats.at(CLI::detail::to_lower(common_->format)));
    net::raise_open_files_limit();
    Runtime runtime{common_->name, common_->status};
    body(runtime);
    return static_cast<int>(Exit::ok);
  } catch (const Failure& failure) {
    return leave(failure.what(), failure.exit());
  } catch (const std::exception& unexpected) {
    return leave(std::string{"bug: "} + unexpected.what(), Exit::bug);
  }
}

}  // namespace live::cli
