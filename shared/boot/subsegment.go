package boot

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/aws/aws-xray-sdk-go/v2/daemoncfg"
	"github.com/aws/aws-xray-sdk-go/v2/strategy/exception"
)

// subsegment is a subsegment document of X-Ray ("AWS X-Ray segment documents"), which is sent by
// itself when it closes. Its methods do nothing to nil, which stands for one in a trace that is not
// sampled.
type subsegment struct {
	TraceID   string            `json:"trace_id"`
	ParentID  string            `json:"parent_id"`
	ID        string            `json:"id"`
	Type      string            `json:"type"`
	Name      string            `json:"name"`
	Namespace string            `json:"namespace,omitempty"`
	Start     float64           `json:"start_time"` // seconds since 1970
	End       float64           `json:"end_time"`
	Error     bool              `json:"error,omitempty"`
	Throttle  bool              `json:"throttle,omitempty"`
	Fault     bool              `json:"fault,omitempty"`
	Cause     *cause            `json:"cause,omitempty"`
	HTTP      *answer           `json:"http,omitempty"`
	AWS       map[string]string `json:"aws,omitempty"`
}

type cause struct {
	Exceptions []exception.Exception `json:"exceptions"`
}

type answer struct {
	Response struct {
		Status        int   `json:"status"`
		ContentLength int64 `json:"content_length,omitempty"`
	} `json:"response"`
}

func newSubsegment(name, trace, parent string) *subsegment {
	return &subsegment{
		TraceID:  trace,
		ParentID: parent,
		ID:       subsegmentID(),
		Type:     "subsegment",
		Name:     name,
		Start:    seconds(time.Now()),
	}
}

// subsegmentID returns 64 random bits in hexadecimal digits.
func subsegmentID() string {
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}

func seconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

// calls notes that the subsegment is a call to AWS.
func (s *subsegment) calls(region, operation string) {
	if s != nil {
		s.Namespace = "aws"
		s.AWS = map[string]string{"region": region, "operation": operation}
	}
}

// answered notes an HTTP status, and what it says about whose fault it was.
func (s *subsegment) answered(status int) {
	if s == nil {
		return
	}
	s.HTTP = &answer{}
	s.HTTP.Response.Status = status
	s.Error = s.Error || status/100 == 4
	s.Throttle = s.Throttle || status == http.StatusTooManyRequests
	s.Fault = s.Fault || status/100 == 5
}

// close ends the subsegment and sends it.
func (s *subsegment) close(err error) {
	if s == nil {
		return
	}
	s.End = seconds(time.Now())
	if err != nil {
		s.Fault = true
		s.Cause = &cause{[]exception.Exception{{ID: subsegmentID(), Type: code(err), Remote: true}}}
	}
	document, _ := json.Marshal(s) // strings, numbers and truths never fail
	if conn := daemonConn(); conn != nil {
		const format = `{"format": "json", "version": 1}` + "\n"
		_, _ = conn.Write(append([]byte(format), document...)) // a trace that is lost harms nobody
	}
}

// daemonConn connects to X-Ray's daemon, which Lambda runs beside the function. It is nil for an
// address that means nothing.
var daemonConn = sync.OnceValue(func() *net.UDPConn {
	endpoints, err := daemoncfg.GetDaemonEndpointsFromEnv()
	if endpoints == nil {
		endpoints = daemoncfg.GetDefaultDaemonEndpoints()
	}
	if err != nil {
		return nil
	}
	conn, err := net.DialUDP("udp", nil, endpoints.UDPAddr)
	if err != nil {
		return nil
	}
	return conn
})

// announceTraces tells Lambda, as every SDK of X-Ray does, that the function sends subsegments of
// its own.
func announceTraces() {
	const directory = "/tmp/.aws-xray"
	if os.Getenv("LAMBDA_TASK_ROOT") == "" {
		return
	}
	if err := os.MkdirAll(directory, 0o755); err == nil { //nolint:gosec // for Lambda to see
		_ = os.WriteFile(filepath.Join(directory, "initialized"), nil, 0o600)
	}
}
