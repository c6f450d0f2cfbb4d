package dynamo

import (
	"slices"
	"sync"
	"time"

	"lineproof/shared/account"
	"lineproof/shared/verification"
)

// The sets of open holds in a ledger: those that may not have come to a verification. One update
// can add to a set or take from it, so a process adds to one and takes from the other.
const openSets = 2

// How many holds a process sets aside in one write: as many as it has needed lately, and one where
// a limit is near.
const (
	// mostHolds bounds them, and what lies in the memory of one process.
	mostHolds = 4
	// lately is how far back a process looks.
	lately = 2 * time.Second
	// ample is how many times what is set aside must be free.
	ample = 64
	// mostOpen is how many holds may stand in a ledger for a process to add more than the one it
	// needs: what processes leave there that end must not make every write a costly one.
	mostOpen = 1000
)

// purse is what a process knows of an account's ledger, and has set aside there.
type purse struct {
	// seen is the ledger as it stood last, and open how many holds stood in it.
	seen verification.AccountUsage
	open int
	// spare are holds that pay for nothing yet, by the set that they stand in.
	spare [openSets][]spare
	// spent are holds that pay for verifications, still to be taken out of the sets.
	spent [openSets][]hold
	// stale are holds in the ledger of which nothing was heard for too long.
	stale [openSets][]hold
	// paid is how far the ledger has come with each till, and till the one that this process
	// settles into, once it has chosen.
	paid   [tills]paid
	till   int
	chosen bool
	// forgotten are voided holds whose verifications, had there been any, are gone by now.
	forgotten []hold
	// asked is when the last holds were needed, oldest first.
	asked []time.Time
}

// spare is a hold that pays for nothing yet, and what it was counted by when it was set aside.
type spare struct {
	hold
	by meters
}

// meters are what a start counts in its account's ledger; those alike share holds.
type meters struct {
	held         int64
	daily, spend verification.Limit
}

// metersOf returns those of a start, and whether it may share: a rate counts when a request comes.
func metersOf(start verification.Admission) (m meters, shares bool) {
	held := start.Verification.Held
	return meters{held, start.Daily, start.Spend}, held > 0 && start.Rate.Count <= 0
}

// purses are those of a process.
type purses struct {
	mu  sync.Mutex
	all map[account.Key]*purse
}

// mostPurses bounds the accounts that are remembered.
const mostPurses = 4096

// with does something with an account's purse.
func (p *purses) with(owner account.Key, do func(*purse)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	of, known := p.all[owner]
	if !known {
		p.forget()
		of = &purse{}
		p.all[owner] = of
	}
	do(of)
}

// forget makes room. What the purses have set aside and spent stays in their ledgers: the one is
// given back when it is stale, the other is taken out when its verification is settled.
func (p *purses) forget() {
	if len(p.all) >= mostPurses {
		clear(p.all)
	}
}

// take returns a spare hold that was counted alike, with its set. One that is old may be given back
// by somebody else soon.
func (p *purse) take(by meters, now time.Time) (h hold, set int, ok bool) {
	fits := func(s spare) bool { return s.by == by && now.Sub(s.since()) < staleAfter/2 }
	for set := range openSets {
		if i := slices.IndexFunc(p.spare[set], fits); i >= 0 {
			h = p.spare[set][i].hold
			p.spare[set] = slices.Delete(p.spare[set], i, i+1)
			return h, set, true
		}
	}
	return nil, 0, false
}

// put keeps holds that were set aside for starts like one.
func (p *purse) put(set int, by meters, holds ...hold) {
	for _, h := range holds {
		p.spare[set] = append(p.spare[set], spare{h, by})
	}
}

// needs notes that a hold is needed, and returns how many to set aside.
func (p *purse) needs(start verification.Admission) int64 {
	p.asked = append(p.asked, start.Now)
	for len(p.asked) > mostHolds || start.Now.Sub(p.asked[0]) > lately {
		p.asked = p.asked[1:]
	}
	n := int64(len(p.asked))
	if _, err := start.AdmitToLedger(p.seen, ample*n); err != nil || p.open >= mostOpen {
		return 1
	}
	return n
}

// settled takes out what the next write can take out of the ledger: the set that it stands in, what
// is spent there, and what is stale.
func (p *purse) settled() (from int, spent, stale []hold) {
	if len(p.spent[1])+len(p.stale[1]) > len(p.spent[0])+len(p.stale[0]) {
		from = 1
	}
	spent, stale = p.spent[from], p.stale[from]
	p.spent[from], p.stale[from] = nil, nil
	return from, spent, stale
}

// isStale tells whether there is something to give back.
func (p *purse) isStale() bool { return len(p.stale[0])+len(p.stale[1]) > 0 }

// forgetAfter is how long a voided hold is remembered: longer than verifications are kept.
const forgetAfter = retention + 10*24*time.Hour

// mostStale bounds how many stale holds one write gives back.
const mostStale = 20

// note looks for holds in the ledger of which nothing was heard for too long.
func (p *purse) note(ledger item, now time.Time) {
	d := &decoder{item: ledger}
	p.forgotten = nil
	for _, h := range d.holds(voidedHolds) {
		if now.Sub(h.since()) > forgetAfter {
			p.forgotten = append(p.forgotten, h)
		}
	}
	p.open = 0
	for set := range openSets {
		p.stale[set] = nil
		open := d.holds(setName(set))
		p.open += len(open)
		for _, h := range open {
			old := now.Sub(h.since()) > staleAfter && !slices.ContainsFunc(p.spent[set], h.is)
			if old && len(p.stale[set]) < mostStale {
				p.stale[set] = append(p.stale[set], h)
			}
		}
	}
}
