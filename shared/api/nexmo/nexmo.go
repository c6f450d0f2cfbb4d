// Package nexmo owns the Verify API as Nexmo published it: its parameters, its limits, its
// workflows and its answers, in JSON and in XML, and Vonage's Network Unblock API. What these words
// mean is verification's to know; no word of theirs goes further down.
package nexmo
