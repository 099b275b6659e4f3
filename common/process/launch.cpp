#include "common/process/launch.hpp"

#include "common/base/failure.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <unistd.h>

namespace live::process {
namespace {

// What our own supervisor told us is not for our children (sd_notify(3), sd_watchdog_enabled(3), sd_listen_fds(3)): a
// child that takes it for its own would speak in our name.
constexpr std::array<std::string_view, 7> ours_alone{
    "NOTIFY_SOCKET", "WATCHDOG_USEC",  "WATCHDOG_PID",  "LISTEN_FDS",
    "LISTEN_PID",    "LISTEN_FDNAMES", "JOURNAL_STREAM"};

constexpr int error_pipe_bytes = 16 * 1024;  // lines, not media; pipes of a user are rationed

struct Pipe {
  Fd reading, writing;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail(Exit::try_again, "make a pipe: {}", errno_text());
  return {Fd{ends[0]}, Fd{ends[1]}};
}

void make_non_blocking(const Fd& fd) {
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
}

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

std::vector<std::string> environment_of(const Command& command) {
  std::vector<std::string> result = command.environment;
  const auto leave_out = [&](std::string_view name) {
    return std::ranges::find(ours_alone, name) != ours_alone.end() ||
           std::ranges::find(command.unset, name) != command.unset.end() ||
           std::ranges::find(command.environment, name, name_of) != command.environment.end();
  };
  for (char** own = environ; *own != nullptr; ++own)
    if (!leave_out(name_of(*own))) result.emplace_back(*own);
  return result;
}

/// The form that exec(3) takes; valid as long as `texts`.
std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (const auto& text : texts)
    result.push_back(const_cast<char*>(text.c_str()));  // exec(3) reads it only
  result.push_back(nullptr);
  return result;
}

class Attributes {
 public:
  Attributes() {
    ::posix_spawnattr_init(&value_);
    sigset_t set;
    ::sigfillset(&set);
    ::posix_spawnattr_setsigdefault(&value_, &set);
    ::sigemptyset(&set);
    ::posix_spawnattr_setsigmask(&value_, &set);
    ::posix_spawnattr_setpgroup(&value_, 0);
    ::posix_spawnattr_setflags(
        &value_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { ::posix_spawnattr_destroy(&value_); }
  [[nodiscard]] const posix_spawnattr_t* get() const { return &value_; }

 private:
  posix_spawnattr_t value_{};
};

class Actions {
 public:
  Actions(const Fd& input, const Fd& errors) {
    ::posix_spawn_file_actions_init(&value_);
    ::posix_spawn_file_actions_adddup2(&value_, input.get(), STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&value_, errors.get(), STDERR_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&value_, STDERR_FILENO + 1);
  }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  ~Actions() { ::posix_spawn_file_actions_destroy(&value_); }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &value_; }

 private:
  posix_spawn_file_actions_t value_{};
};

/// Were SIGCHLD ignored (which is inherited), nobody would tell how a child ended, and its number would be free at once.
void want_to_know_of_children() {
  struct sigaction action {};
  if (::sigaction(SIGCHLD, nullptr, &action) != 0) return;
  if (action.sa_handler != SIG_IGN && (action.sa_flags & SA_NOCLDWAIT) == 0) return;
  action = {};
  action.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, &action, nullptr);
}

}  // namespace

void check_program(const std::string& name) {
  bool exists = false;
  const auto runs = [&exists](const std::string& path) {
    struct stat info {};
    const bool is_file = ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
    exists = exists || is_file;
    return is_file && ::access(path.c_str(), X_OK) == 0;
  };
  if (name.find('/') != std::string::npos && runs(name)) return;
  if (name.find('/') == std::string::npos && !name.empty()) {
    const char* given = std::getenv("PATH");
    std::string_view path = given != nullptr ? given : "/bin:/usr/bin";  // as posix_spawnp(3)
    for (;;) {
      const auto colon = std::min(path.find(':'), path.size());
      std::string program{colon == 0 ? "." : path.substr(0, colon)};
      program.append("/").append(name);
      if (runs(program)) return;
      if (colon == path.size()) break;
      path.remove_prefix(colon + 1);
    }
  }
  fail(Exit::no_input, "run {}: {}", name,
       exists ? "it is not executable (chmod +x)" : "there is no such program");
}

Launched launch(const Command& command) {
  if (command.arguments.empty()) fail(Exit::usage, "start a command: it is empty");
  want_to_know_of_children();
  auto input = make_pipe();
  auto errors = make_pipe();
  make_non_blocking(input.writing);
  make_non_blocking(errors.reading);
  ::fcntl(errors.writing.get(), F_SETPIPE_SZ, error_pipe_bytes);

  const auto environment = environment_of(command);
  const auto& program = command.arguments.front();
  pid_t pid = 0;
  const int error = ::posix_spawnp(
      &pid, program.c_str(), Actions{input.reading, errors.writing}.get(), Attributes{}.get(),
      pointers_to(command.arguments).data(), pointers_to(environment).data());
  if (error != 0) {
    const bool no_room = error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE;
    fail(no_room ? Exit::try_again : Exit::no_input, "start {}: {}", program, errno_text(error));
  }
  return {pid, std::move(input.writing), std::move(errors.reading)};
}

}  // namespace live::process
