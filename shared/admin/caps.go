package admin

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"lineproof/shared/account"
)

// caps are the fields of commands that set single caps otherwise than the terms that they name. 0
// is no cap.
type caps struct {
	PerSecond            *int   `json:"per_second" help:"requests in a second; 0 is any number, here and in all other caps (optional)"`
	PerDay               *int   `json:"per_day" help:"requests in a day (optional)"`
	PerNumber            *int   `json:"per_number_and_day" help:"requests for one number in a day (optional)"`
	PerNetwork           *int   `json:"per_network_and_day" help:"requests in a day for one network, a number without its last four digits (optional)"`
	PerAddress           *int   `json:"per_address_and_day" help:"requests in a day from one address of end users (optional)"`
	NumberRequests       *int   `json:"requests_per_number_and_ten_minutes" help:"requests for one number in ten minutes, of all accounts that have this cap (optional)"`
	NumberMessages       *int   `json:"messages_per_number_and_ten_minutes" help:"messages to one number in ten minutes, of all accounts that have this cap (optional)"`
	NumberMessagesPerDay *int   `json:"messages_per_number_and_day" help:"the same in a day (optional)"`
	NumberPause          *int   `json:"number_pause" help:"for how many seconds a number rests after a cancel, and at first after three failures in a row (optional)"`
	NumberFailures       *int   `json:"wrong_codes_per_number_and_day" help:"wrong codes for one number in a day (optional)"`
	SpendPerDay          *int64 `json:"spend_per_day" help:"what a day's verifications may cost the account, in millionths of a euro (optional)"`
	MessageCostPerDay    *int64 `json:"message_cost_per_day" help:"what a day's messages may cost, in millionths of a euro (optional)"`
	NetworkCostPerDay    *int64 `json:"message_cost_per_network_and_day" help:"the same of messages to one network (optional)"`
	Conversion           *int   `json:"conversion_percent" help:"how many in a hundred verifications of a network must succeed, or it is blocked; 0 never blocks (optional)"`
	Sample               *int   `json:"conversion_sample" help:"from how many messages without a right code on that is judged (optional)"`
}

// maxCount bounds caps of anything but money.
const maxCount = 1_000_000_000

// override sets the caps that are given.
func (c caps) override(t *account.Terms) error {
	return cmp.Or(
		count("per_second", c.PerSecond, &t.PerSecond), count("per_day", c.PerDay, &t.PerDay),
		count("per_number_and_day", c.PerNumber, &t.PerNumber),
		count("per_network_and_day", c.PerNetwork, &t.PerNetwork),
		count("per_address_and_day", c.PerAddress, &t.PerAddress),
		count("requests_per_number_and_ten_minutes", c.NumberRequests, &t.NumberRequests),
		count("messages_per_number_and_ten_minutes", c.NumberMessages, &t.NumberMessages),
		count("messages_per_number_and_day", c.NumberMessagesPerDay, &t.NumberMessagesPerDay),
		count("number_pause", c.NumberPause, &t.NumberPause),
		count("wrong_codes_per_number_and_day", c.NumberFailures, &t.NumberFailures),
		count("conversion_sample", c.Sample, &t.Sample),
		percent("conversion_percent", c.Conversion, &t.Conversion),
		amount("spend_per_day", c.SpendPerDay, &t.SpendPerDay),
		amount("message_cost_per_day", c.MessageCostPerDay, &t.MessageCostPerDay),
		amount("message_cost_per_network_and_day", c.NetworkCostPerDay, &t.NetworkCostPerDay),
	)
}

// percent sets a percentage, if one is given. All can succeed, but whoever must never fail once is
// blocked at once.
func percent(name string, from, to *int) error {
	if from != nil && *from > 99 {
		return wrong(name, "it is a number from 0 to 99")
	}
	return count(name, from, to)
}

// count sets a number, if one is given.
func count(name string, from, to *int) error {
	if from == nil {
		return nil
	}
	if *from < 0 || *from > maxCount {
		return wrong(name, "it is a number from 0 to a billion")
	}
	*to = *from
	return nil
}

// defaults are the numbers and switches of the terms as they are shown, by name, for each kind:
// "standard 30, strict 30, unlimited 0".
var defaults = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		var members map[string]json.RawMessage
		text, _ := json.Marshal(shownTerms(kinds[kind]())) // as show-account does
		_ = json.Unmarshal(text, &members)
		for name, value := range members {
			if value[0] != '[' && value[0] != 'n' {
				all[name] = strings.TrimPrefix(fmt.Sprintf("%s, %s %s", all[name], kind, value),
					", ")
			}
		}
	}
	return all
})

// complete adds to the help of a field what tables know of it: the dialects' names, and what a term
// is without it.
func complete(name, help string) string {
	if name == "dialect" {
		return help + ": " + dialects()
	}
	text, optional := strings.CutSuffix(help, " (optional)")
	if values, is := defaults()[name]; is && optional {
		return text + "; without it " + values + " (optional)"
	}
	return help
}
