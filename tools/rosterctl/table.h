// Answers as tables, for people.

#ifndef ROSTER_TOOLS_ROSTERCTL_TABLE_H_
#define ROSTER_TOOLS_ROSTERCTL_TABLE_H_

#include <string>

#include "google/protobuf/message.h"

namespace roster::ctl {

// A list as a table with a line for each of its items, and a column for each field that one of them
// has; then a line for each other field of the answer. An answer that is no list has such lines
// alone. Fields of messages within are named with a dot, several values are separated by commas.
// Ends in a newline.
std::string ToTable(const google::protobuf::Message& answer);

}  // namespace roster::ctl

#endif  // ROSTER_TOOLS_ROSTERCTL_TABLE_H_
