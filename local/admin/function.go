package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// function is a Lambda function, invoked by one signed request (Lambda API 2015-03-31, Invoke). The
// SDK's client for that service would be a dependency of the whole module for the sake of one call.
type function struct {
	url, region string
	credentials aws.Credentials
	now         func() time.Time
}

var (
	functionName = regexp.MustCompile(
		`\A(arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:)?` +
			`[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_-]{1,128})?\z`,
	)
	regionName = regexp.MustCompile(`\A[a-z]{2}(-[a-z]+)+-[0-9]\z`)
)

// newInvoker returns the server or the function that the environment names. It fails as newFunction
// does.
func newInvoker(getenv func(string) string, now func() time.Time) (invoker, error) {
	if local, is := parseLocalServer(getenv("ADMIN_FUNCTION")); is {
		return local, nil
	}
	return newFunction(getenv, now)
}

// newFunction gives the function that the environment names. It fails naming the variable at fault.
func newFunction(getenv func(string) string, now func() time.Time) (function, error) {
	name, region := getenv("ADMIN_FUNCTION"), getenv("AWS_REGION")
	if region == "" {
		region = getenv("AWS_DEFAULT_REGION")
	}
	credentials := aws.Credentials{
		AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    getenv("AWS_SESSION_TOKEN"),
	}
	switch {
	case !functionName.MatchString(name):
		return function{}, errors.New("ADMIN_FUNCTION is neither the name or ARN of a function, " +
			"as the stack's output AdminFunction, nor the URL of a local server")
	case !regionName.MatchString(region):
		return function{}, errors.New("AWS_REGION is not a region, as eu-west-1")
	case !credentials.HasKeys():
		return function{}, errors.New("no credentials in the environment; " +
			`eval "$(aws configure export-credentials --format env)" puts them there`)
	}
	base, err := endpoint(getenv("AWS_ENDPOINT_URL_LAMBDA"), region)
	// as the SDKs write it, and sign it
	path := "/2015-03-31/functions/" + strings.ReplaceAll(name, ":", "%3A") + "/invocations"
	return function{base + path, region, credentials, now}, err
}

// endpoint gives the region's, or the one that takes its place.
func endpoint(instead, region string) (string, error) {
	if instead == "" {
		domain := "amazonaws.com"
		if strings.HasPrefix(region, "cn-") {
			domain += ".cn"
		}
		return "https://lambda." + region + "." + domain, nil
	}
	u, err := url.Parse(instead)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", errors.New("AWS_ENDPOINT_URL_LAMBDA is not a URL")
	}
	return strings.TrimSuffix(instead, "/"), nil
}

// maxAnswer is Lambda's limit for an answer.
const maxAnswer = 6 << 20

func (f function) invoke(ctx context.Context, payload []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(
		ctx, http.MethodPost, f.url, bytes.NewReader(payload),
	)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	sum := sha256.Sum256(payload)
	hash := hex.EncodeToString(sum[:])
	err = v4.NewSigner().SignHTTP(ctx, f.credentials, request, hash, "lambda", f.region, f.now())
	if err != nil {
		return nil, fmt.Errorf("sign request: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	switch {
	case err != nil:
		return nil, err
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf(
			"AWS answers %s: %s", response.Status, response.Header.Get("X-Amzn-Errortype"),
		)
	case response.Header.Get("X-Amz-Function-Error") != "":
		return nil, errors.New("the function failed; its log tells why")
	}
	return text, nil
}
