#include "tools/abr-hls/options.hpp"

#include "common/av/input.hpp"
#include "common/base/failure.hpp"
#include "common/base/text.hpp"
#include "common/cli/options.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <CLI/CLI.hpp>

namespace abr_hls {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_renditions = 16;
constexpr std::chrono::milliseconds shortest_segment = 500ms, longest_segment = 60s;
constexpr auto shortest_part = 100ms;
constexpr unsigned least_window = 3;  // RFC 8216 §6.2.2: a live list holds three targets at least

const std::map<std::string, SegmentType> segment_types{{"fmp4", SegmentType::fmp4},
                                                       {"ts", SegmentType::ts}};
const std::map<std::string, Overload> overloads{{"drop-rung", Overload::drop_rung},
                                                {"drop-frames", Overload::drop_frames},
                                                {"wait", Overload::wait}};

/// A repeatable option whose texts `parse` makes wishes of, in the order of the command line.
void add_wishes(CLI::App& app, const std::string& name, Options& o,
                std::variant<Wish, std::string> (*parse)(std::string_view), const std::string& type,
                const std::string& help) {
  app.add_option_function<std::vector<std::string>>(
         name,
         [&o, parse, name](const std::vector<std::string>& texts) {
           for (const auto& text : texts) {
             auto wish = parse(text);
             if (const auto* why = std::get_if<std::string>(&wish))
               throw CLI::ValidationError(name, *why);
             o.ladder.push_back(std::get<Wish>(std::move(wish)));
           }
         },
         help)
      ->allow_extra_args(false)
      ->type_name(type);
}

void declare_ladder(CLI::App& app, Options& o) {
  add_wishes(app, "--rendition", o, parse_rendition, "NAME=WxH@RATE",
             "a rung of the ladder, NAME=WxH@800k[/96k][,fps=30][,codec=h264|hevc|av1], or source: "
             "the input's video as it is; may be given again (default: 360p, 480p, 720p)");
  add_wishes(app, "--audio-only", o, parse_audio_only, "NAME@RATE",
             "a rendition without video, such as audio@64k");
  app.add_option("--encoder", o.encoder,
                 "libavcodec's video encoder, such as libx264, libx265, libsvtav1, h264_v4l2m2m")
      ->type_name("NAME");
  app.add_option("--preset", o.preset, "the encoder's preset (default: about veryfast)")
      ->type_name("NAME");
  app.add_option("--profile", o.profile, "the encoder's profile (default of libx264: main)")
      ->type_name("NAME");
  app.add_option("--threads", o.threads, "threads of each video encoder")
      ->check(CLI::Range(1, 64))
      ->type_name("N")
      ->capture_default_str();
  live::cli::add_choice(app, "--overload", o.overload, overloads,
                        "when the machine is too slow for live input: give up the top rung, leave "
                        "out every second picture, or let the input wait");
}

void declare_tree(CLI::App& app, Options& o) {
  live::cli::add_choice(app, "--segment-type", o.segment_type, segment_types,
                        "fragmented MP4, or MPEG transport stream");
  live::cli::add_duration(app, "--segment", o.segment, "duration of a segment");
  live::cli::add_duration(app, "--part", o.part, "duration of a part (LL-HLS); 0: no parts");
  live::cli::add_duration(app, "--key-interval", o.key_interval,
                          "from key frame to key frame, in all renditions at the same instants");
  live::cli::add_duration(app, "--max-gop", o.longest_gop,
                          "of --rendition source: the longest segment that a late key frame makes");
  app.add_option("--window", o.window, "segments in the list")
      ->check(CLI::Range(least_window, 100'000U))
      ->type_name("N")
      ->capture_default_str();
  app.add_flag("--record", o.record, "list every segment (EVENT) and delete none");
  live::cli::add_duration(app, "--resume", o.resume,
                          "go on with the list of a writer that ended less than this ago");
  live::cli::add_duration(app, "--disk-timeout", o.disk_timeout,
                          "wait this long for space on a full disk, then end with 74");
  live::cli::add_size(app, "--min-free", o.min_free,
                      "below this much free space the oldest held segments go (0: the smaller of "
                      "2G and 10 % of the file system)");
}

void check_names(const std::vector<Wish>& ladder) {
  std::set<std::string> names;
  for (const auto& wish : ladder) {
    const auto* option = wish.kind == Wish::Kind::audio_only ? "--audio-only" : "--rendition";
    if (!names.insert(wish.name).second)
      live::fail(live::Exit::usage, "{} {}: the name is given twice", option, wish.name);
  }
  if (ladder.size() > most_renditions)
    live::fail(live::Exit::usage, "--rendition: at most {}", most_renditions);
  const auto sources = std::count_if(ladder.begin(), ladder.end(), [](const Wish& wish) {
    return wish.kind == Wish::Kind::source;
  });
  if (sources > 1) live::fail(live::Exit::usage, "--rendition source: once is enough");
}

/// Players, and the other programs, know a stream by its folder's name.
void check_folder(const std::filesystem::path& folder) {
  const auto plain = std::filesystem::absolute(folder).lexically_normal();
  const auto name = (plain.has_filename() ? plain : plain.parent_path()).filename().string();
  if (!live::is_stream_name(name))
    live::fail(
        live::Exit::usage,
        "-o {}: a stream is called by up to 64 letters, digits, '.', '_' and '-', a letter or "
        "digit first",
        live::printable(folder.string()));
}

void check_range(const char* option, std::chrono::milliseconds value,
                 std::chrono::milliseconds least, std::chrono::milliseconds most) {
  if (value < least || value > most) {
    live::fail(live::Exit::usage, "{} {}: {} to {}", option, live::format_duration(value),
               live::format_duration(least), live::format_duration(most));
  }
}

}  // namespace

void declare(CLI::App& app, Options& o) {
  app.add_option("INPUT", o.input,
                 "what to read: a file, FIFO or address; without it, or with -, standard input; "
                 "env:NAME or file:PATH holds an address that must not be seen")
      ->type_name("");
  app.add_option("-o,--output", o.folder, "the stream's folder, ROOT/STREAM")
      ->required()
      ->type_name("DIR");
  app.add_option("--input-format", o.input_format,
                 "do not guess what the input is: any demuxer of libavformat")
      ->check(live::av::complaint_about_format)
      ->type_name("NAME");
  declare_ladder(app, o);
  declare_tree(app, o);
}

void check(Options& o) {
  const auto only_audio = [](const Wish& wish) { return wish.kind == Wish::Kind::audio_only; };
  if (std::all_of(o.ladder.begin(), o.ladder.end(), only_audio)) {
    auto ladder = default_ladder();
    ladder.insert(ladder.end(), o.ladder.begin(), o.ladder.end());
    o.ladder = std::move(ladder);
  }
  check_folder(o.folder);
  check_names(o.ladder);
  check_range("--segment", o.segment, shortest_segment, longest_segment);
  check_range("--key-interval", o.key_interval, 100ms, longest_segment);
  check_range("--max-gop", o.longest_gop, shortest_segment, longest_segment);
  if (o.part != 0ms) check_range("--part", o.part, shortest_part, o.segment);
  o.key_interval = std::min(o.key_interval, o.segment);
}

}  // namespace abr_hls
