package dynamo

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lineproof/shared/verification"
)

// The members of a window.
const (
	slotIndex  = "slotIndex"
	slotTotal  = "slotTotal"
	slotCounts = "slotCounts"
)

// window writes the standing of a meter with the total that conditions compare.
func window(w verification.Window) types.AttributeValue {
	counts := make([]types.AttributeValue, len(w.Counts))
	for i, n := range w.Counts {
		counts[i] = integer(n)
	}
	return &types.AttributeValueMemberM{Value: item{
		slotIndex: integer(w.Slot), slotTotal: integer(w.Total()),
		slotCounts: &types.AttributeValueMemberL{Value: counts},
	}}
}

// window gives the zero Window for none.
func (d *decoder) window(name string) verification.Window {
	v := attribute[*types.AttributeValueMemberM](d, name)
	if v == nil {
		return verification.Window{}
	}
	inner := &decoder{item: v.Value}
	w := verification.Window{Slot: inner.integer(slotIndex)}
	if list := attribute[*types.AttributeValueMemberL](inner, slotCounts); list != nil {
		for _, n := range list.Value {
			w.Counts = append(w.Counts, (&decoder{item: item{name: n}}).integer(name))
		}
	}
	if inner.bad != "" {
		d.fail(name)
	}
	return w
}

// expression gathers the writes of an update.
type expression struct {
	conditions, changes []string
	additions, removals []string // of sets
	values              item
}

// addTo adds holds to a set.
func (e *expression) addTo(set string, holds []hold) {
	if len(holds) > 0 {
		e.values[":more"+set] = holdSet(holds)
		e.additions = append(e.additions, set+" :more"+set)
	}
}

// deleteFrom takes holds out of a set; those that it lacks do not matter.
func (e *expression) deleteFrom(set string, holds []hold) {
	if len(holds) > 0 {
		e.values[":less"+set] = holdSet(holds)
		e.removals = append(e.removals, set+" :less"+set)
	}
}

func newExpression() *expression { return &expression{values: item{}} }

// meter counts n more in the window of that name, when they pass. Within a slot it adds, whatever
// others have added since the window was known; at the turn of a slot it replaces what was known,
// as long as that still stands.
func (e *expression) meter(
	name string, m verification.Limit, known verification.Window, n int64, now time.Time,
) {
	if m.Count <= 0 {
		return
	}
	if n < 0 { // what a slot that is over has counted stays
		next, _ := m.Take(known, n, now)
		n = next.Total() - m.At(known, now).Total()
	}
	if n == 0 {
		return
	}
	next, within := e.passes(name, m, known, n, now)
	if !within {
		e.values[":"+name] = window(next)
		e.changes = append(e.changes, name+" = :"+name)
		return
	}
	e.values[":"+name+"More"] = integer(n)
	for _, path := range []string{name + "." + slotTotal, name + "." + slotCounts + "[0]"} {
		e.changes = append(e.changes, path+" = "+path+" + :"+name+"More")
	}
}

// room asks whether n more would pass, and counts nothing. What a window holds together, slots that
// are over among it, mostly has room; where that has not, what is known to be over must still
// stand.
func (e *expression) room(
	name string, m verification.Limit, known verification.Window, n int64, now time.Time,
) {
	if m.Count <= 0 || n <= 0 {
		return
	}
	next, passes := m.Take(known, n, now)
	e.values[":"+name+"Oldest"] = integer(m.Oldest(next.Slot))
	e.values[":"+name+"Most"] = integer(m.Count - n)
	condition := "attribute_not_exists(%) OR %." + slotIndex + " < :" + name + "Oldest OR %." +
		slotTotal + " <= :" + name + "Most"
	if passes && known.Total() > m.Count-n {
		e.values[":"+name+"Slot"], e.values[":"+name+"Total"] = integer(known.Slot),
			integer(known.Total())
		condition += " OR (%." + slotIndex + " = :" + name + "Slot AND %." + slotTotal + " = :" +
			name + "Total)"
	}
	e.require("("+condition+")", name)
}

// passes sets the condition under which n more pass, from what is known of the window. It returns
// the standing after them and whether the newest slot stays the same.
func (e *expression) passes(name string, m verification.Limit, known verification.Window, n int64,
	now time.Time) (next verification.Window, within bool) {
	next, ok := m.Take(known, n, now)
	switch slot, oldest := ":"+name+"Slot", m.Oldest(next.Slot); {
	case !ok: // what is known may be stale: a condition that never holds has the store tell
		e.require("attribute_exists(%) AND attribute_not_exists(%)", name)
	case known.Slot < oldest:
		e.values[slot] = integer(oldest)
		e.require("(attribute_not_exists(%) OR %."+slotIndex+" < "+slot+")", name)
	case known.Slot < next.Slot:
		e.values[slot], e.values[":"+name+"Total"] = integer(known.Slot), integer(known.Total())
		e.require("%."+slotIndex+" = "+slot+" AND %."+slotTotal+" = :"+name+"Total", name)
	case n < 0:
		e.values[slot], e.values[":"+name+"Back"] = integer(known.Slot), integer(-n)
		e.require("%."+slotIndex+" = "+slot+" AND %."+slotCounts+"[0] >= :"+name+"Back", name)
		within = true
	default:
		e.values[slot], e.values[":"+name+"Most"] = integer(known.Slot), integer(m.Count-n)
		e.require("%."+slotIndex+" = "+slot+" AND %."+slotTotal+" <= :"+name+"Most", name)
		within = true
	}
	return next, within
}

// require adds a condition, in which % stands for the attribute.
func (e *expression) require(condition, attribute string) {
	e.conditions = append(e.conditions, strings.ReplaceAll(condition, "%", attribute))
}

// open requires that the network is not blocked.
func (e *expression) open(now time.Time) {
	e.values[":now"] = moment(now)
	e.require("(attribute_not_exists(%) OR % <= :now)", blockedUntil)
}

// score counts the points of the traffic, which bring the network from known to next. Whatever
// others have added meanwhile, it adds them where they neither block the network nor heal it; where
// they do, what was known must still stand.
func (e *expression) score(t verification.Traffic, known, next verification.NetworkUsage) {
	if t.Points == 0 {
		return
	}
	if next.Score == known.Score+t.Points && next.Score > t.Floor && next.Score < -t.Floor {
		e.values[":points"], e.values[":none"] = integer(t.Points), integer(0)
		e.values[":low"], e.values[":high"] = integer(t.Floor-t.Points+1),
			integer(-t.Floor-t.Points-1)
		condition := "% BETWEEN :low AND :high"
		if next.Score == t.Points {
			condition = "(attribute_not_exists(%) OR " + condition + ")"
		}
		e.require(condition, networkScore)
		e.changes = append(e.changes, "networkScore = if_not_exists(networkScore, :none) + :points")
		return
	}
	for _, field := range []struct {
		name      string
		was, then types.AttributeValue
	}{
		{networkScore, integer(known.Score), integer(next.Score)},
		{blockedUntil, moment(known.BlockedUntil), moment(next.BlockedUntil)},
		{unblockedUntil, moment(known.UnblockedUntil), moment(next.UnblockedUntil)},
		{blockLevel, integer(known.Level), integer(next.Level)},
	} {
		e.values[":"+field.name], e.values[":"+field.name+"Then"] = field.was, field.then
		e.require("(attribute_not_exists(%) OR % = :"+field.name+")", field.name)
		e.changes = append(e.changes, field.name+" = :"+field.name+"Then")
	}
}

// add adds to an amount, which may not be there yet.
func (e *expression) add(name string, amount int64) {
	if amount == 0 {
		return
	}
	e.values[":"+name], e.values[":zero"] = integer(amount), integer(0)
	e.changes = append(e.changes, name+" = if_not_exists("+name+", :zero) + :"+name)
}

// purge lets the item go after end, when no meter can depend on it.
func (e *expression) purge(end time.Time) {
	e.values[":purge"] = purge(end)
	e.changes = append(e.changes, purgeAt+" = :purge")
}

func (e *expression) update(table string, key item) types.TransactWriteItem {
	u := &types.Update{
		TableName: &table, Key: key, UpdateExpression: aws.String(e.text()),
		ExpressionAttributeValues:           e.values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if len(e.conditions) > 0 {
		u.ConditionExpression = aws.String(strings.Join(e.conditions, " AND "))
	}
	return types.TransactWriteItem{Update: u}
}

// text writes the clauses of the update.
func (e *expression) text() string {
	var clauses []string
	for _, c := range []struct {
		word string
		of   []string
	}{{"SET ", e.changes}, {"ADD ", e.additions}, {"DELETE ", e.removals}} {
		if len(c.of) > 0 {
			clauses = append(clauses, c.word+strings.Join(c.of, ", "))
		}
	}
	return strings.Join(clauses, " ")
}
