package dynamo_test

import (
	"crypto/rand"
	"errors"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/dynamo"
	"lineproof/shared/fault"
	"lineproof/shared/secrets"
)

func TestKeySets(t *testing.T) {
	t.Parallel()
	names := dynamo.Tables{KeySets: "KeySets-" + rand.Text()}
	everywhere(t, names, func(t *testing.T, client *dynamodb.Client) {
		s := dynamo.NewKeySets(client, names.KeySets)
		if _, err := s.Get(t.Context(), secrets.Verification); !errors.Is(err, secrets.ErrNotFound) {
			t.Errorf("before the first: %v", err)
		}
		for _, set := range []string{`{"keys":[]}`, `{"keys":[{"kid":"1"}]}`, `{"keys":[{"kid":"2"}]}`} {
			if err := s.Publish(t.Context(), secrets.Verification, []byte(set)); err != nil {
				t.Fatal(err)
			}
			if got, err := s.Get(t.Context(), secrets.Verification); err != nil || string(got) != set {
				t.Errorf("published %s and got %s, %v", set, got, err)
			}
		}
		if _, err := s.Get(t.Context(), secrets.Signing); !errors.Is(err, secrets.ErrNotFound) {
			t.Errorf("another name: %v", err)
		}
	})
}

func TestKeySetsFail(t *testing.T) {
	t.Parallel()
	s := dynamo.NewKeySets(local(t, http.DefaultTransport), "KeySets-"+rand.Text()) // no such table
	if _, err := s.Get(t.Context(), secrets.Verification); fault.Of(err) != fault.Internal || errors.Is(err, secrets.ErrNotFound) {
		t.Errorf("read: %v", err)
	}
	if err := s.Publish(t.Context(), secrets.Verification, nil); fault.Of(err) != fault.Internal {
		t.Errorf("published: %v", err)
	}
}
