// Parameter sets as encoders and cameras wrote them, without start codes.
//
// x264 and x265 (Debian 12): ffmpeg -f lavfi -i testsrc2=s=320x180:r=25:d=1 -c:v libx264|libx265
// OPTIONS, with the options that each comment names.  Cameras: from session descriptions quoted in
// public bug reports.  Widths and ratios are those that ffprobe 5.1 prints.
#pragma once

#include <string_view>

namespace live::test {

// -bf 0: pic_order_cnt_type 2, and a VUI that says 0 reordered of 3.
constexpr std::string_view x264_no_b_sps = "6764000cacb202833f3e0220000003002000000641e28549";
constexpr std::string_view x264_no_b_pps = "68ebc3cb22c0";
// No option: 2 reordered frames.
constexpr std::string_view x264_sps = "6764000cacd941419f9f011000000300100000030320f1429960";
constexpr std::string_view x264_pps = "68ebe3cb22c0";
constexpr std::string_view x264_avcc =
    "0164000cffe1001a6764000cacd941419f9f011000000300100000030320f142996001000668ebe3cb22c0fdf8f80"
    "0";
// -pix_fmt yuv444p10le -preset ultrafast
constexpr std::string_view x264_444_sps = "67f4000c90d9681419f8dc0440000003004000000c83c50aa8";
constexpr std::string_view x264_444_pps = "68ce0f1920";
// -profile:v baseline
constexpr std::string_view x264_baseline_sps = "6742c00cd901419f9f011000000300100000030320f142a480";
constexpr std::string_view x264_baseline_pps = "68cb83cb20";
// -s 720x576 -aspect 16:9 -flags +ildct+ilme -x264-params interlaced=1:nal-hrd=cbr:bitrate=1000:
// vbv-maxrate=1000:vbv-bufsize=500:pic-struct=1:colorprim=bt709:transfer=bt709:colormatrix=bt709
constexpr std::string_view x264_interlaced_sps =
    "6764001eacd940b424dff80200016a50101014000003000400000300c9808003d090007a138b0c03e28532c0";
// -s 1920x1080 -x264-params cqm=jvt: scaling lists in the PPS, a picture that is cropped
constexpr std::string_view x264_1080_sps = "67640028acd940780227e5c044000003000400000300c83c60c658";

// Hikvision, 1920x1080: a VUI with timing, without bitstream_restriction.
constexpr std::string_view camera_1080_sps = "674d002a963540f0044fcb37010101400001c2000057e401";
constexpr std::string_view camera_1080_pps = "68ee3c80";
// 640x360 without any VUI.
constexpr std::string_view camera_360_sps = "674d401e95a0280bfe59b010";
// 960x576, pic_order_cnt_type 2, no bitstream_restriction.
constexpr std::string_view camera_960_sps = "6742001f95b83c049a10000070800015f90040";

// -x265-params bframes=0
constexpr std::string_view x265_no_b_vps = "40010c01ffff01600000030090000003000003003c928090";
constexpr std::string_view x265_no_b_sps =
    "42010101600000030090000003000003003ca00a080b9f7964a924caf0168080000003008000000c84";
constexpr std::string_view x265_no_b_pps = "4401c172b46240";
// No option: 2 reordered pictures.
constexpr std::string_view x265_vps = "40010c01ffff01600000030090000003000003003c959809";
constexpr std::string_view x265_sps =
    "42010101600000030090000003000003003ca00a080b9f796566924caf016808000003000800000300c840";
constexpr std::string_view x265_pps = "4401c172b46240";
// -s 1920x1080 -pix_fmt yuv420p10le -aspect 4:3 -x265-params temporal-layers=1:hrd=1:...: two
// sub-layers
constexpr std::string_view x265_layers_vps =
    "40010c02ffff02200000030090000003000003007800009598acc048";
constexpr std::string_view x265_layers_sps =
    "4201020220000003009000000300000300780000a003c08010e4d965662b349272bffc000c0011a8081010200000"
    "030020000003032c0292cbc001e848003d0970007a12000f4244";
// -s 722x578 -x265-params sar=3: a conformance window
constexpr std::string_view x265_window_sps =
    "42010101600000030090000003000003005aa005b20092724996566924caf0368080000003008000000c84";

}  // namespace live::test
