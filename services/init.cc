#include "services/init.h"

#include "domain/base/try.h"
#include "domain/rows/codec.h"
#include "roster/event/v1/commit.pb.h"
#include "services/method/ids.h"
#include "storage/crypto/sha256.h"
#include "storage/store/store.h"

namespace roster::services {

absl::StatusOr<std::string> InitStore(const storage::StorePaths& paths, absl::Time now) {
  const std::string token = NewToken(kOperatorToken);
  event::v1::Commit commit;
  commit.mutable_actor()->set_kind(event::v1::Actor::KIND_SYSTEM);
  commit.set_cause("rosterd init");
  *commit.mutable_time() = domain::ToTimestamp(now);
  commit.add_events()->mutable_operator_token_issued()->set_token_hash(storage::Sha256(token));
  commit.set_position(1);
  ROSTER_TRY(storage::InitStore(paths, {commit}));
  return token;
}

}  // namespace roster::services
