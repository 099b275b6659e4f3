// AAC as services take it.
#pragma once

#include "common/av/audio_encoder.hpp"
#include "common/av/stream.hpp"
#include "common/codec/parameters.hpp"

#include <cstdint>

namespace social_relay {

/// For sound of `stream`: 44.1 or 48 kHz, at most two channels.  `bit_rate` 0: a good one.
live::av::AudioEncoding aac_for(const live::av::Stream& stream, std::uint64_t bit_rate);

/// What an encoder of AAC makes.
live::codec::Parameters parameters_of(const live::av::Stream& aac);

}  // namespace social_relay
