"""Creates a user, asks what the user may do, and shows what a refusal says.

  ROSTER_TOKEN=… ROSTER_ACCOUNT=… python3 client.py ADDRESS [FILE WITH THE SERVER'S AUTHORITY]
"""

import os
import pathlib
import sys
import uuid

import grpc
from google.rpc import error_details_pb2, status_pb2
from roster.access.v1 import access_service_pb2_grpc, check_pb2
from roster.identity.v1 import identity_service_pb2_grpc, user_pb2

address, *authority = sys.argv[1:]
if authority:
    channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(pathlib.Path(authority[0]).read_bytes()))
else:
    channel = grpc.insecure_channel(address)
identity = identity_service_pb2_grpc.IdentityServiceStub(channel)
access = access_service_pb2_grpc.AccessServiceStub(channel)
account = os.environ["ROSTER_ACCOUNT"]
options = {"metadata": [("authorization", "Bearer " + os.environ["ROSTER_TOKEN"])], "timeout": 10}


def create_user(full_name, email):
    profile = user_pb2.UserProfile(full_name=full_name, email=email)
    return identity.CreateUser(user_pb2.CreateUserRequest(
        account_id=account, profile=profile, roles=["creator"], request_id=str(uuid.uuid4())), **options)


made = create_user("Ada Moss", f"{uuid.uuid4()}@example.com")
print("created:", made.user.profile.full_name)
answer = access.Check(check_pb2.CheckRequest(
    account_id=account, user_id=made.user.user_id, permission="content.create",
    at_least_position=made.position), **options)
print("content.create:", check_pb2.Decision.Name(answer.result.decision), answer.result.role)

try:
    create_user("", "ada")
except grpc.RpcError as refusal:
    packed = dict(refusal.trailing_metadata()).get("grpc-status-details-bin", b"")
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status_pb2.Status.FromString(packed).details:
        if detail.Unpack(info):
            print("refused:", refusal.code().name, info.reason)
        elif detail.Unpack(bad):
            print(*(f"  {wrong.field}: {wrong.description}" for wrong in bad.field_violations), sep="\n")
