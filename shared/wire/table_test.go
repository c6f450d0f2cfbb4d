package wire_test

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"lineproof/shared/fault"
	"lineproof/shared/wire"
)

// checkBody tells what is wrong with the body that a wire gives an answer; "" when nothing is.
type checkBody func(body []byte, answer wire.Answer) string

// bodies says for each wire what its error documents require. A wire that is missing here fails the
// test.
var bodies = map[string]checkBody{
	"camara-0.3.1": isErrorInfo,
	"camara-1":     isErrorInfo,
	"camara-2":     isErrorInfo,
	"camara-wip":   isErrorInfo,
	"vonage":       isErrorInfo,
	"telefonica":   isErrorInfo,
	"konera":       isErrorInfo,
	"bare":         isErrorInfo,
	"otp-1":        isErrorInfo,
	"otp-2":        isErrorInfo,
	"orange":       isOrangeError,
	"oauth":        isOAuthError,
	"page":         isPage,

	"nexmo-request-json": isNexmoJSON,
	"nexmo-psd2-json":    isNexmoJSON,
	"nexmo-check-json":   isNexmoJSON,
	"nexmo-search-json":  isNexmoJSON,
	"nexmo-control-json": isNexmoJSON,
	"nexmo-request-xml":  isNexmoXML("verify_response"),
	"nexmo-psd2-xml":     isNexmoXML("verify_response"),
	"nexmo-check-xml":    isNexmoXML("verify_response"),
	"nexmo-search-xml":   isNexmoXML("verify_request"),
	"nexmo-control-xml":  isNexmoXML("response"),
	"nexmo-unblock":      isProblem,
	"fallback":           isProblem,
	"verify-2":           isProblem2,
	"mxlabs":             isSessionFailure,
}

// inBodyAlone are the wires that tell failures in the body of a 200.
func inBodyAlone(w *wire.Wire) bool {
	return strings.HasPrefix(w.Name, "nexmo-") && w != wire.NetworkUnblockWire
}

// members decodes an object that must have exactly these members.
func members(body []byte, names ...string) (map[string]any, string) {
	var object map[string]any
	if err := json.Unmarshal(body, &object); err != nil {
		return nil, "is no JSON object: " + string(body)
	}
	for _, name := range names {
		if _, ok := object[name]; !ok {
			return nil, "lacks " + name + ": " + string(body)
		}
	}
	if len(object) != len(names) {
		return nil, "has other members: " + string(body)
	}
	return object, ""
}

func isErrorInfo(body []byte, a wire.Answer) string {
	object, wrong := members(body, "status", "code", "message")
	if wrong == "" && (object["status"] != float64(a.Status) || object["code"] != a.Code || object["message"] != a.Message) {
		wrong = "says otherwise: " + string(body)
	}
	return wrong
}

func isOrangeError(body []byte, a wire.Answer) string {
	object, wrong := members(body, "code", "message", "description")
	code, err := strconv.Atoi(a.Code)
	if wrong == "" && (err != nil || object["code"] != float64(code) || object["message"] != a.Message || object["description"] != a.Description || a.Description == "") {
		wrong = "says otherwise: " + string(body)
	}
	return wrong
}

func isOAuthError(body []byte, a wire.Answer) string {
	object, wrong := members(body, "error", "error_description")
	if wrong == "" && (object["error"] != a.Code || object["error_description"] != a.Message) {
		wrong = "says otherwise: " + string(body)
	}
	return wrong
}

// textOf gives an answer's text for a failure that names neither parameter nor identifier.
func textOf(a wire.Answer) string {
	return strings.NewReplacer("{param}", "", "{id}", "").Replace(a.Message)
}

func isNexmoJSON(body []byte, a wire.Answer) string {
	var object map[string]string
	if err := json.Unmarshal(body, &object); err != nil {
		return "is no object of texts: " + string(body)
	}
	if object["status"] != a.Code || object["error_text"] != textOf(a) {
		return "says otherwise: " + string(body)
	}
	for name := range object {
		if !slices.Contains([]string{"request_id", "status", "error_text"}, name) {
			return "has other members: " + string(body)
		}
	}
	return ""
}

func isNexmoXML(root string) checkBody {
	return func(body []byte, a wire.Answer) string {
		var read struct {
			XMLName   xml.Name
			Status    string `xml:"status"`
			ErrorText string `xml:"error_text"`
		}
		if err := xml.Unmarshal(body, &read); err != nil || !strings.HasPrefix(string(body), "<?xml ") {
			return "is no XML: " + string(body)
		}
		if read.XMLName.Local != root || read.Status != a.Code || read.ErrorText != textOf(a) {
			return "says otherwise: " + string(body)
		}
		return ""
	}
}

func isProblem(body []byte, a wire.Answer) string {
	object, wrong := members(body, "type", "title", "status", "detail")
	if wrong == "" && (object["type"] != "about:blank" || object["title"] != a.Code || object["status"] != float64(a.Status) || object["detail"] != textOf(a)) {
		wrong = "says otherwise: " + string(body)
	}
	return wrong
}

func isProblem2(body []byte, a wire.Answer) string {
	object, wrong := members(body, "type", "title", "detail", "instance")
	of, _ := object["type"].(string)
	uri, err := url.Parse(of)
	if wrong == "" && (err != nil || uri.Scheme != "https" || !strings.HasSuffix(of, a.Code) ||
		strings.Count(of, "#") != 1 || object["title"] != a.Description ||
		object["detail"] != textOf(a)) {
		wrong = "says otherwise: " + string(body)
	}
	return wrong
}

func isSessionFailure(body []byte, a wire.Answer) string {
	object, wrong := members(body, "status", "error", "message")
	code := strings.ReplaceAll(a.Code, "{param}", "parameter")
	if wrong == "" && (object["status"] != "error" || object["error"] != code || object["message"] != textOf(a)) {
		wrong = "says otherwise: " + string(body)
	}
	return wrong
}

func isPage(body []byte, a wire.Answer) string {
	if page := string(body); !strings.HasPrefix(page, "<!doctype html>") || !strings.Contains(page, "<code>"+a.Code+"</code>") {
		return "is no page with the code: " + page
	}
	return ""
}

func TestEveryWireAnswersEveryFailure(t *testing.T) {
	t.Parallel()
	for _, w := range wire.Wires() {
		check, known := bodies[w.Name]
		if !known {
			t.Errorf("%s: say in this test what its errors look like", w.Name)
			continue
		}
		for _, class := range fault.Classes() {
			if _, declared := w.Failures[class]; !declared {
				t.Errorf("%s: the class %q has no answer of its own", w.Name, class)
			}
		}
		for _, kind := range fault.Kinds() {
			checkAnswer(t, w, kind, check)
		}
	}
}

func checkAnswer(t *testing.T, w *wire.Wire, kind fault.Kind, check checkBody) {
	t.Helper()
	answer := w.Failures.Of(kind)
	told := answer.Status >= 400 && answer.Status <= 599 || answer.Status == http.StatusOK && inBodyAlone(w)
	if !told || http.StatusText(answer.Status) == "" || answer.Code == "" || answer.Message == "" {
		t.Errorf("%s, %q: the answer %+v is not whole", w.Name, kind, answer)
	}
	body, err := w.Codec.Encode(w.Shape(answer, fault.New(kind)))
	if err != nil {
		t.Fatalf("%s, %q: %v", w.Name, kind, err)
	}
	if wrong := check(body, answer); wrong != "" {
		t.Errorf("%s, %q: the body %s", w.Name, kind, wrong)
	}
}

// CAMARA's ErrorInfo has a code of at most 96 characters and a message of at most 512, with the
// name of the longest member behind it (Commonalities 0.8). No wire needs more.
func TestCodesAndMessagesAreShort(t *testing.T) {
	t.Parallel()
	const longestCode, longestMessage = 96, 512
	for _, w := range wire.Wires() {
		for _, kind := range fault.Kinds() {
			answer, failure := w.Failures.Of(kind), fault.In(kind, "client_assertion_type")
			message := wire.Named(answer.Message, failure)
			if n := utf8.RuneCountInString(answer.Code); n == 0 || n > longestCode {
				t.Errorf("%s, %q: the code has %d characters", w.Name, kind, n)
			}
			if n := utf8.RuneCountInString(message); n > longestMessage {
				t.Errorf("%s, %q: the message has %d characters", w.Name, kind, n)
			}
		}
	}
}

// The parameter at fault is named; neither a cause nor anything else of a failure shows.
func TestBodiesNameTheParameterAndNoCause(t *testing.T) {
	t.Parallel()
	for _, w := range wire.Wires() {
		failure := fault.Wrap(fault.InvalidParam, json.Unmarshal([]byte("canary"), new(int)))
		failure.Param = "phoneNumber"
		body, err := w.Codec.Encode(w.Shape(w.Failures.Of(failure.Kind), failure))
		if err != nil || !strings.Contains(string(body), "phoneNumber") || strings.Contains(string(body), "invalid character") {
			t.Errorf("%s: %s, %v", w.Name, body, err)
		}
	}
}

func TestNothingButAnErrorIsAPage(t *testing.T) {
	t.Parallel()
	if body, err := wire.Page.Codec.Encode("text"); err == nil {
		t.Errorf("got %s", body)
	}
	if body, err := wire.JSON.Encode(func() {}); err == nil {
		t.Errorf("got %s", body)
	}
}

func TestJSONIsCompactAndNotEscapedForHTML(t *testing.T) {
	t.Parallel()
	body, err := wire.JSON.Encode(map[string]string{"a": "<&>"})
	if err != nil || string(body) != `{"a":"<&>"}` {
		t.Errorf("got %s, %v", body, err)
	}
}
