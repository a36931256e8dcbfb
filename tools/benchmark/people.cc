#include "tools/benchmark/people.h"

#include <array>

#include "absl/strings/str_format.h"

namespace roster::benchmark {
namespace {

constexpr std::array kGiven = {"Ada",   "Bruno", "Chidi", "Dana",  "Emre",  "Fatima",
                               "Goran", "Hana",  "Ines",  "Jonas", "Keiko", "Liam",
                               "Mara",  "Nuria", "Oskar", "Priya"};
constexpr std::array kFamily = {"Abbott",   "Berger",    "Castro", "Dubois",  "Eriksen",
                                "Fischer",  "Garcia",    "Hansen", "Ivanova", "Jansen",
                                "Kowalski", "Lindqvist", "Moreau"};
constexpr std::array kTitles = {"Engineer", "Head of Purchasing", "Analyst", "Nurse",
                                "Editor in Chief"};

}  // namespace

uint64_t Scatter(uint64_t number) {
  number += 0x9e3779b97f4a7c15;
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
  return number ^ (number >> 31);
}

Person PersonOf(uint64_t number) {
  const uint64_t scattered = Scatter(number);
  const char* given = kGiven[scattered % kGiven.size()];
  const char* family = kFamily[scattered / 16 % kFamily.size()];
  return {.full_name = absl::StrFormat("%s %s", given, family),
          .email = absl::StrFormat("%016x.%s@example.com", scattered, family),
          .user_name = absl::StrFormat("%016x", scattered),
          .title = kTitles[scattered / 256 % kTitles.size()]};
}

}  // namespace roster::benchmark
