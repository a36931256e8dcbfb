// Debian's libraries are not instrumented. ThreadSanitizer sees RocksDB copy bytes but not what
// orders it, and Abseil free the last copy of a status but not its count of copies. Every program
// that opens a store needs this.

extern "C" const char* __tsan_default_suppressions() {  // NOLINT: the name is given
  return "race:librocksdb.so\nrace:libabsl_status.so\n";
}
