// Creates a user, asks what the user may do, and shows what a refusal says.
//
//   ROSTER_TOKEN=… ROSTER_ACCOUNT=… ROSTER_PROTO=<folder> node client.js ADDRESS [FILE WITH THE SERVER'S AUTHORITY]

import grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import googleProtos from "google-proto-files";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

const [address, authority] = process.argv.slice(2);
const { ROSTER_ACCOUNT: account_id, ROSTER_TOKEN: token, ROSTER_PROTO: protos } = process.env;
const files = ["roster/identity/v1/identity_service.proto", "roster/access/v1/access_service.proto",
  "google/rpc/status.proto", "google/rpc/error_details.proto"];
const types = loadSync(files, { keepCase: true, longs: String, enums: String, defaults: true,
  includeDirs: [protos, googleProtos.getProtoPath("..")] });
const { roster } = grpc.loadPackageDefinition(types);
const channel = authority ? grpc.credentials.createSsl(readFileSync(authority)) : grpc.credentials.createInsecure();
const identity = new roster.identity.v1.IdentityService(address, channel);
const access = new roster.access.v1.AccessService(address, channel);
const caller = new grpc.Metadata();
caller.set("authorization", `Bearer ${token}`);

const call = (client, method, request) =>
  promisify(client[method]).call(client, request, caller, { deadline: Date.now() + 10_000 });
const createUser = (full_name, email) => call(identity, "CreateUser",
  { account_id, profile: { full_name, email }, roles: ["creator"], request_id: randomUUID() });

const { user, position } = await createUser("Ada Moss", `${randomUUID()}@example.com`);
console.log("created:", user.profile.full_name);
const { result } = await call(access, "Check",
  { account_id, user_id: user.user_id, permission: "content.create", at_least_position: position });
console.log("content.create:", result.decision, result.role);

await createUser("", "ada").catch((refusal) => {
  const [packed] = refusal.metadata?.get("grpc-status-details-bin") ?? [];
  if (!packed) throw refusal;
  for (const { type_url, value } of types["google.rpc.Status"].deserialize(packed).details) {
    const detail = types[type_url.split("/").pop()]?.deserialize(value);
    if (detail?.reason) console.log("refused:", grpc.status[refusal.code], detail.reason);
    for (const wrong of detail?.field_violations ?? []) console.log(`  ${wrong.field}: ${wrong.description}`);
  }
});
