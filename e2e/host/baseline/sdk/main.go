// Command sdk is the least that a function with a table can be: the bare SDK, configured by hand as
// ours is. It asks of the store what verify does: one read at its start and one write for each
// event, and does nothing else.
package main

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func main() {
	client := dynamodb.NewFromConfig(aws.Config{
		Region:      os.Getenv("AWS_REGION"),
		Credentials: credentials.NewStaticCredentialsProvider(os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), ""),
	}, func(o *dynamodb.Options) { o.BaseEndpoint = aws.String(os.Getenv("AWS_ENDPOINT_URL_DYNAMODB")) })
	table := aws.String(os.Getenv("GRANTS_TABLE"))
	key := map[string]types.AttributeValue{"grantID": &types.AttributeValueMemberS{Value: "baseline"}}
	_, _ = client.GetItem(context.Background(), &dynamodb.GetItemInput{TableName: table, Key: key}) // opens the connection, as ours do
	lambda.Start(func(ctx context.Context, _ events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		_, err := client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: table, Key: key, UpdateExpression: aws.String("ADD purgeAt :one"), ReturnValues: types.ReturnValueAllNew,
			ExpressionAttributeValues: map[string]types.AttributeValue{":one": &types.AttributeValueMemberN{Value: "1"}},
		})
		return events.APIGatewayV2HTTPResponse{StatusCode: 200, Body: "written"}, err
	})
}
