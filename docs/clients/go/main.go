// Creates a user, asks what the user may do, and shows what a refusal says.
//
//	ROSTER_TOKEN=… ROSTER_ACCOUNT=… client ADDRESS [FILE WITH THE SERVER'S AUTHORITY]
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/google/uuid"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	accessv1 "roster/access/v1"
	identityv1 "roster/identity/v1"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	channel := insecure.NewCredentials()
	if len(os.Args) > 2 {
		var err error
		channel, err = credentials.NewClientTLSFromFile(os.Args[2], "")
		check(err)
	}
	connection, err := grpc.NewClient(os.Args[1], grpc.WithTransportCredentials(channel))
	check(err)
	identity, access := identityv1.NewIdentityServiceClient(connection), accessv1.NewAccessServiceClient(connection)
	account := os.Getenv("ROSTER_ACCOUNT")
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+os.Getenv("ROSTER_TOKEN"))
	createUser := func(fullName, email string) (*identityv1.CreateUserResponse, error) {
		return identity.CreateUser(ctx, &identityv1.CreateUserRequest{
			AccountId: account,
			Profile:   &identityv1.UserProfile{FullName: fullName, Email: email},
			Roles:     []string{"creator"},
			RequestId: uuid.NewString(),
		})
	}

	made, err := createUser("Ada Moss", uuid.NewString()+"@example.com")
	check(err)
	fmt.Println("created:", made.User.Profile.FullName)
	answer, err := access.Check(ctx, &accessv1.CheckRequest{
		AccountId:       account,
		UserId:          made.User.UserId,
		Permission:      "content.create",
		AtLeastPosition: made.Position,
	})
	check(err)
	fmt.Println("content.create:", answer.Result.Decision, answer.Result.Role)

	_, err = createUser("", "ada")
	for _, detail := range status.Convert(err).Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			fmt.Println("refused:", status.Code(err), detail.Reason)
		case *errdetails.BadRequest:
			for _, wrong := range detail.FieldViolations {
				fmt.Printf("  %s: %s\n", wrong.Field, wrong.Description)
			}
		}
	}
}
