// crash_test ROSTERD: what a user keeps when rosterd is killed, stopped, or started on what is
// left.

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "tests/crash/support/process.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc != 2) {
    std::fprintf(stderr, "usage: crash_test ROSTERD\n");
    return 2;
  }
  // A server that stops waits until its clients heard of it; idle ones look every five seconds
  // otherwise.
  setenv("GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS", "100", 1);
  roster::crash::SetRosterdPath(argv[1]);
  return RUN_ALL_TESTS();
}
