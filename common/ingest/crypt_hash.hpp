// Hashes of crypt(5), as mkpasswd(1), htpasswd -B and openssl passwd -6 write them.
//
//   $y$j9T$SALT$HASH  $gy$...   yescrypt      at most N = 2^15 and r = 32 (128 MiB)
//   $2b$12$SALTHASH   $2a, $2y  bcrypt        at most cost 12
//   $6$[rounds=N$]SALT$HASH     SHA-512       at most 500,000 rounds
//   $5$[rounds=N$]SALT$HASH     SHA-256       at most 500,000 rounds
//
// Each of these limits is half a second or so of one core.  Older kinds (MD5, DES, NT) are refused: they hide nothing.
#pragma once

#include <string>
#include <string_view>

namespace live::ingest {

/// "" when `hash` is a whole hash of a kind and a cost that we take; else one clause why not, without the hash.
std::string crypt_complaint(const std::string& hash);

/// Is `hash` that of `key`?  Takes as long as the hash asks; any thread.  A key with a zero byte is none.
bool crypt_matches(const std::string& hash, std::string_view key);

}  // namespace live::ingest
