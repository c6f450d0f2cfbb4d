package manager_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"lineproof/shared/secrets"
	"lineproof/shared/secrets/manager"
)

// shelf is a fake of Secrets Manager with one secret: its versions and their labels.
type shelf struct {
	values map[string]string
	labels map[string][]string
	fail   string // the code that every call fails with
}

// makeCurrent moves the labels of what is current and of what was.
func (s *shelf) makeCurrent(version string) {
	for other, labels := range s.labels {
		was := slices.Contains(labels, "AWSCURRENT") && other != version
		labels = slices.DeleteFunc(labels, func(l string) bool { return l == "AWSPREVIOUS" || l == "AWSCURRENT" })
		if was {
			labels = append(labels, "AWSPREVIOUS")
		}
		s.labels[other] = labels
	}
}

type call struct {
	SecretId, VersionId, ClientRequestToken, SecretString string
	VersionStages                                         []string
	VersionStage, MoveToVersionId, RemoveFromVersionId    string
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in call
	_ = json.NewDecoder(r.Body).Decode(&in)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if s.fail != "" || in.SecretId != "arn:pins" {
		fail(w, s.fail)
		return
	}
	switch strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "secretsmanager.") {
	case "DescribeSecret":
		_ = json.NewEncoder(w).Encode(map[string]any{"VersionIdsToStages": s.labels, "LastRotatedDate": 1767225600})
	case "GetSecretValue":
		if value, ok := s.values[in.VersionId]; ok {
			_ = json.NewEncoder(w).Encode(map[string]any{"SecretString": value})
			return
		}
		fail(w, "ResourceNotFoundException")
	case "PutSecretValue":
		if value, stands := s.values[in.ClientRequestToken]; stands { // a version is never changed
			if value != in.SecretString {
				fail(w, "ResourceExistsException")
				return
			}
			_, _ = w.Write([]byte("{}"))
			return
		}
		if in.VersionStages == nil { // as the service does
			s.makeCurrent(in.ClientRequestToken)
			in.VersionStages = []string{"AWSCURRENT"}
		}
		s.values[in.ClientRequestToken] = in.SecretString
		s.labels[in.ClientRequestToken] = in.VersionStages
		_, _ = w.Write([]byte("{}"))
	case "UpdateSecretVersionStage":
		s.labels[in.MoveToVersionId] = append(s.labels[in.MoveToVersionId], in.VersionStage)
		s.labels[in.RemoveFromVersionId] = slices.DeleteFunc(s.labels[in.RemoveFromVersionId], func(l string) bool { return l == in.VersionStage })
		_, _ = w.Write([]byte("{}"))
	default:
		http.Error(w, "not what the client should send", http.StatusTeapot)
	}
}

func store(t *testing.T, s *shelf) manager.Store {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return manager.NewStore(secretsmanager.New(secretsmanager.Options{
		Region: "eu-central-1", BaseEndpoint: aws.String(server.URL),
		Credentials: credentials.NewStaticCredentialsProvider("AKID", "secret", ""), RetryMaxAttempts: 1,
	}), map[secrets.Name]string{secrets.PINs: "arn:pins", secrets.CloudFrontSecret: ""})
}

func TestStore(t *testing.T) {
	t.Parallel()
	s := &shelf{values: map[string]string{"v1": "one"}, labels: map[string][]string{"v1": {"AWSCURRENT"}, "v2": {"AWSPENDING"}}}
	v, ctx := store(t, s), t.Context()
	got, err := v.Versions(ctx, secrets.PINs)
	if want := (secrets.Versions{Current: "v1", Pending: "v2", Rotated: time.Unix(1767225600, 0).UTC()}); err != nil || got != want {
		t.Errorf("versions %+v, %v", got, err)
	}
	if _, err := v.Version(ctx, secrets.PINs, "v2"); !errors.Is(err, secrets.ErrNotFound) {
		t.Errorf("a version without a value: %v", err)
	}
	if err := errors.Join(v.Put(ctx, secrets.PINs, "v2", []byte("two")), v.Promote(ctx, secrets.PINs, "v2", "v1")); err != nil {
		t.Fatal(err)
	}
	if value, err := v.Version(ctx, secrets.PINs, "v2"); err != nil || string(value) != "two" {
		t.Errorf("the version is %q, %v", value, err)
	}
	if got, err := v.Versions(ctx, secrets.PINs); err != nil || got.Current != "v2" {
		t.Errorf("versions %+v, %v", got, err)
	}
	if err := v.Put(ctx, secrets.PINs, "v3", []byte("three")); err != nil || s.labels["v3"][0] != "AWSPENDING" {
		t.Errorf("labels %v, %v", s.labels, err)
	}
}

// What is published is current, whatever was, and as often as it is published.
func TestPublish(t *testing.T) {
	t.Parallel()
	s := &shelf{map[string]string{"v1": "one"}, map[string][]string{"v1": {"AWSCURRENT"}}, ""}
	v, ctx := store(t, s), t.Context()
	for _, value := range []string{"two", "three", "three"} {
		if err := v.Publish(ctx, secrets.PINs, []byte(value)); err != nil {
			t.Fatal(err)
		}
		now, err := v.Versions(ctx, secrets.PINs)
		if err != nil || now.Pending != "" || s.values[now.Current] != value {
			t.Errorf("%q is current, %v; want %q", s.values[now.Current], err, value)
		}
	}
	if len(s.values) != 4 {
		t.Errorf("%d versions", len(s.values))
	}
}

// Of those who replace one version, one does, whose repetition changes nothing; and a version that
// was made current again can be replaced as well.
func TestReplace(t *testing.T) {
	t.Parallel()
	s := &shelf{map[string]string{"v1": "one"}, map[string][]string{"v1": {"AWSCURRENT"}}, ""}
	v, ctx := store(t, s), t.Context()
	replace := func(value string, read secrets.Versions, want error) secrets.Versions {
		t.Helper()
		if err := v.Replace(ctx, secrets.PINs, []byte(value), read); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", value, err, want)
		}
		now, err := v.Versions(ctx, secrets.PINs)
		if err != nil {
			t.Fatal(err)
		}
		return now
	}
	first, err := v.Versions(ctx, secrets.PINs)
	if err != nil {
		t.Fatal(err)
	}
	second := replace("two", first, nil)
	if again := replace("two", first, nil); again != second {
		t.Errorf("repeated, it is %+v after %+v", again, second)
	}
	if other := replace("another two", first, secrets.ErrChanged); other != second || s.values[other.Current] != "two" {
		t.Errorf("the loser wrote %+v", other)
	}
	third := replace("three", second, nil)
	if s.values[third.Current] != "three" || third.Previous != second.Current {
		t.Errorf("the third is %+v", third)
	}
	s.makeCurrent(second.Current) // by hand
	s.labels[second.Current] = []string{"AWSCURRENT"}
	back, err := v.Versions(ctx, secrets.PINs)
	if err != nil || back.Current != second.Current {
		t.Fatalf("back to %+v, %v", back, err)
	}
	if fourth := replace("four", back, nil); s.values[fourth.Current] != "four" {
		t.Errorf("after going back it is %+v", fourth)
	}
}

func TestStoreFails(t *testing.T) {
	t.Parallel()
	v, ctx := store(t, &shelf{fail: "AccessDeniedException"}), t.Context()
	_, errVersions := v.Versions(ctx, secrets.PINs)
	_, errVersion := v.Version(ctx, secrets.PINs, "v1")
	err := v.Publish(ctx, secrets.PINs, []byte("canary"))
	if err == nil || err.Error() != "secrets: put pins: AccessDeniedException" {
		t.Errorf("published: %v", err)
	}
	for want, err := range map[string]error{
		"secrets: describe pins: AccessDeniedException": errVersions,
		"secrets: get pins: AccessDeniedException":      errVersion,
		"secrets: put pins: AccessDeniedException":      v.Put(ctx, secrets.PINs, "v1", []byte("canary")),
		"secrets: promote pins: AccessDeniedException":  v.Promote(ctx, secrets.PINs, "v1", ""),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
