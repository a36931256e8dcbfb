// Debian's RocksDB is not instrumented: ThreadSanitizer sees its copying of bytes but not what
// orders it. Every program that opens a store needs this.

extern "C" const char* __tsan_default_suppressions() {  // NOLINT: the name is given
  return "race:librocksdb.so\n";
}
