package dynamodel

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lineproof/shared/dynamo"
)

// nth has a fault befall one call of a process.
func nth(n int, f Fault) func(Call) Fault {
	return func(c Call) Fault {
		if c.Number == n {
			return f
		}
		return None
	}
}

// TestFaults has each befall the first of two calls: by a client that makes single tries, and by
// that of the product, which tries again.
func TestFaults(t *testing.T) {
	t.Parallel()
	const broken = "request send failed, unexpected EOF"
	for fault, want := range map[Fault]struct {
		first        string
		counted      int // when all that was under way has been carried out
		retried      int // the same with retries
		dies, failed bool
	}{
		None:        {"", 2, 2, false, false},
		Throttle:    {"ThrottlingException", 1, 2, false, false},
		Unavailable: {"InternalServerError", 1, 2, false, false},
		LoseRequest: {broken, 1, 2, false, false},
		LoseAnswer:  {broken, 2, 3, false, false},
		Late:        {broken, 2, 3, false, false},
		DieBefore:   {ErrDied.Error(), 0, 0, true, true},
		DieWithin:   {ErrDied.Error(), 1, 1, true, true},
		DieAfter:    {ErrDied.Error(), 1, 1, true, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			db := New(Options{Latencies: Latencies{Write: steady(time.Millisecond)}}, schemas...)
			p := db.Process(nth(1, fault))
			if got := code(add(t.Context(), p, "a")); got != want.first {
				t.Errorf("fault %d: the first call gave %q, want %q", fault, got, want.first)
			}
			err := add(t.Context(), p, "a")
			if p.Dead() != want.dies || errors.Is(err, ErrDied) != want.dies {
				t.Errorf("fault %d: dead %v, then %v", fault, p.Dead(), err)
			}
			time.Sleep(time.Second)
			if got := standing(t, db, "a"); got != want.counted {
				t.Errorf("fault %d: counted to %d, want %d", fault, got, want.counted)
			}
			client := dynamo.NewClient(db.Process(nth(1, fault)).Config())
			for range 2 {
				if _, err := client.UpdateItem(t.Context(), adding("b")); (err != nil) != want.failed {
					t.Errorf("fault %d: with retries %v", fault, err)
				}
			}
			time.Sleep(time.Second)
			if got := standing(t, db, "b"); got != want.retried {
				t.Errorf("fault %d: with retries counted to %d, want %d", fault, got, want.retried)
			}
		})
	}
}

// TestLateOvertaken carries the first try out behind its repetition.
func TestLateOvertaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		wide := Spread{4 * time.Millisecond, 400 * time.Millisecond}
		db := New(Options{Latencies: Latencies{Write: wide}}, schemas...)
		overtaken := 0
		for range 50 {
			p := db.Process(nth(1, Late))
			set := func(n int) {
				_, _ = p.PutItem(t.Context(), &dynamodb.PutItemInput{
					TableName: aws.String("Plain"), Item: item{"p": text("a"), "n": number(n)},
				})
			}
			set(1)
			set(2)
			time.Sleep(time.Minute)
			if standing(t, db, "a") == 1 {
				overtaken++
			}
		}
		if overtaken == 0 || overtaken == 50 {
			t.Errorf("overtaken %d times of 50", overtaken)
		}
	})
}

// TestTimeOver carries a call out although its caller waits no more.
func TestTimeOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := New(Options{Latencies: Latencies{Write: steady(time.Second)}}, schemas...)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := add(ctx, db.Process(nil), "a"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("gave %v", err)
		}
		time.Sleep(time.Second)
		if got := standing(t, db, "a"); got != 1 {
			t.Errorf("counted to %d", got)
		}
	})
}

// TestCalls hands the hook what is called.
func TestCalls(t *testing.T) {
	t.Parallel()
	var calls []Call
	p := New(Options{}, schemas...).Process(func(c Call) Fault {
		calls = append(calls, c)
		return None
	})
	in := adding("a")
	if _, err := p.UpdateItem(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	_ = addAll(t.Context(), p, "a", "b")
	if len(calls) != 2 || calls[0].Operation != "UpdateItem" || calls[0].Input != any(in) ||
		calls[1].Operation != "TransactWriteItems" || calls[1].Number != 2 {
		t.Errorf("calls are %+v", calls)
	}
}

// readAndWrite adds one by two calls, between which others may write, on the condition that nobody
// has where it is careful.
func readAndWrite(ctx context.Context, p *Process, careful bool) error {
	out, err := p.GetItem(ctx, getting("a"))
	if err != nil {
		return err
	}
	n := 0
	if out.Item != nil {
		n = 1
	}
	in := putting(item{"p": text("a"), "n": number(n + 1)})
	if careful {
		in.ConditionExpression = aws.String("attribute_not_exists(p) OR n = :n")
		in.ExpressionAttributeValues = item{":n": number(n)}
	}
	_, err = p.PutItem(ctx, in)
	return err
}

// TestInterleave plays every order of the calls of two operations, each of which are two: six.
func TestInterleave(t *testing.T) {
	t.Parallel()
	for careful, want := range map[bool]map[int]int{
		false: {1: 4, 2: 2}, // who reads before the other has written overwrites that
		true:  {1: 4, 2: 2}, // or is refused
	} {
		counted, refused := map[int]int{}, 0
		schedules := Interleave(t, func(t *testing.T, s *Schedule) {
			db := New(Options{Schedule: s}, schemas...)
			var mu sync.Mutex
			operation := func(ctx context.Context) {
				err := readAndWrite(ctx, db.Process(nil), careful)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					refused++
				}
			}
			s.Run(t, operation, operation)
			counted[standing(t, db, "a")]++
		})
		if schedules != 6 || !reflect.DeepEqual(counted, want) {
			t.Errorf("%d schedules, counted %v, want %v", schedules, counted, want)
		}
		if careful != (refused == 4) {
			t.Errorf("careful %v: %d refused", careful, refused)
		}
	}
}

// TestInterleaveFaults chooses a fault at each call, and carries out late calls in every order.
func TestInterleaveFaults(t *testing.T) {
	t.Parallel()
	seen := map[int]int{}
	schedules := Interleave(t, func(t *testing.T, s *Schedule) {
		db := New(Options{Schedule: s}, schemas...)
		faults := []Fault{None, LoseRequest, Late}
		p := db.Process(func(c Call) Fault {
			if c.Number > 1 {
				return None
			}
			return faults[s.Choose(len(faults))]
		})
		s.Run(t, func(ctx context.Context) {
			for _, n := range []int{1, 2} {
				_, _ = p.PutItem(ctx, putting(item{"p": text("a"), "n": number(n)}))
			}
		})
		seen[standing(t, db, "a")]++
	})
	// The late first call is carried out before the second, or after it.
	if want := map[int]int{2: 3, 1: 1}; schedules != 4 || !reflect.DeepEqual(seen, want) {
		t.Errorf("%d schedules, seen %v", schedules, seen)
	}
}

// TestInterleavePauses lets operations pause between their calls, and plays no order less.
func TestInterleavePauses(t *testing.T) {
	t.Parallel()
	schedules := Interleave(t, func(t *testing.T, s *Schedule) {
		db := New(Options{Schedule: s}, schemas...)
		twice := func(pause time.Duration) func(context.Context) {
			return func(ctx context.Context) {
				_ = add(ctx, db.Process(nil), "a")
				time.Sleep(pause)
				_ = add(ctx, db.Process(nil), "a")
			}
		}
		s.Run(t, twice(time.Second), twice(time.Millisecond), func(context.Context) {})
	})
	if schedules != 6 {
		t.Errorf("%d schedules, want 6", schedules)
	}
}
