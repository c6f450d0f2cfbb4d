package dynamolocal_test

import (
	"net"
	"net/url"
	"runtime"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/e2e/dynamolocal"
)

func TestEndpointAnswers(t *testing.T) {
	t.Parallel()
	endpoint := dynamolocal.Endpoint(t)
	client := dynamodb.New(dynamodb.Options{
		BaseEndpoint: &endpoint,
		Region:       "eu-west-1",
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	if _, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{}); err != nil {
		t.Fatalf("list tables: %v", err)
	}
}

// TestEndpointOutlivesGarbageCollection collects what nobody holds: the process must not end
// because its pipe was among it.
func TestEndpointOutlivesGarbageCollection(t *testing.T) {
	t.Parallel()
	address, err := url.Parse(dynamolocal.Endpoint(t))
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); {
		runtime.GC()
		conn, err := net.DialTimeout("tcp", address.Host, time.Minute)
		if err != nil {
			t.Fatalf("the process is gone: %v", err)
		}
		_ = conn.Close()
	}
}

func TestStopEndsTheProcess(t *testing.T) {
	t.Parallel()
	endpoint, stop, err := dynamolocal.Start()
	if err != nil {
		t.Fatal(err)
	}
	stop()
	address, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	if conn, err := net.DialTimeout("tcp", address.Host, time.Second); err == nil {
		_ = conn.Close()
		t.Errorf("something still listens on %s", address.Host)
	}
}
