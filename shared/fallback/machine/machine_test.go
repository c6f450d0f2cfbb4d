package machine_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"lineproof/shared/fallback"
	"lineproof/shared/fallback/machine"
	"lineproof/shared/fault"
)

// service stands in for Step Functions: it keeps what it is asked and answers with err.
type service struct {
	err     error
	started *sfn.StartExecutionInput
	done    *sfn.SendTaskSuccessInput
}

func (s *service) StartExecution(_ context.Context, in *sfn.StartExecutionInput, _ ...func(*sfn.Options)) (*sfn.StartExecutionOutput, error) {
	s.started = in
	return &sfn.StartExecutionOutput{}, s.err
}

func (s *service) SendTaskSuccess(_ context.Context, in *sfn.SendTaskSuccessInput, _ ...func(*sfn.Options)) (*sfn.SendTaskSuccessOutput, error) {
	s.done = in
	return &sfn.SendTaskSuccessOutput{}, s.err
}

func TestMachine(t *testing.T) {
	t.Parallel()
	away := errors.New("canary +4915112345678")
	for name, tt := range map[string]struct {
		err              error
		started, succeed fault.Kind
	}{
		"well":            {nil, 0, 0},
		"runs already":    {&types.ExecutionAlreadyExists{}, 0, fault.Unavailable},
		"timed out":       {&types.TaskTimedOut{}, fault.Unavailable, 0},
		"no longer there": {&types.TaskDoesNotExist{}, fault.Unavailable, 0},
		"no token":        {&types.InvalidToken{}, fault.Unavailable, 0},
		"away":            {away, fault.Unavailable, fault.Unavailable},
	} {
		s := &service{err: tt.err}
		m := machine.Machine{API: s, ARN: "arn:aws:states:eu-west-1:123456789012:stateMachine:fallback"}
		wantKind(t, name, m.Start(t.Context(), "ace00001-1"), tt.started)
		wantKind(t, name, m.Succeed(t.Context(), "token", fallback.Result{Verified: true, Method: "sms", RequestID: "id"}), tt.succeed)
		if *s.started.Name != "ace00001-1" || *s.started.Input != `{"execution":"ace00001-1"}` || *s.started.StateMachineArn != m.ARN {
			t.Errorf("%s: started with %+v", name, s.started)
		}
		if *s.done.TaskToken != "token" || *s.done.Output != `{"verified":true,"method":"sms","request_id":"id"}` {
			t.Errorf("%s: completed with %+v", name, s.done)
		}
	}
}

func wantKind(t *testing.T, name string, err error, want fault.Kind) {
	t.Helper()
	if err == nil && want == 0 {
		return
	}
	if err == nil || fault.Of(err) != want || want == 0 {
		t.Errorf("%s: %v, want %v", name, err, want)
		return
	}
	if text := err.Error(); len(text) > 80 {
		t.Errorf("%s: says too much: %s", name, text)
	}
}
