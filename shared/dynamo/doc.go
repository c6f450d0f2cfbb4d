// Package dynamo owns what stands in DynamoDB: the tables, their keys and items, and the one
// conditional write by which each decision falls. It is the only importer of the DynamoDB client.
//
// # Tables
//
// A table holds what the same functions may touch in the same way, so that an IAM policy that names
// tables and actions says all there is to say: a function that verifies numbers reads and updates
// Grants and sees no client, no session and no replay; one that takes sessions in writes Sessions
// and reads nothing. All names come from the configuration.
//
//	Table     Partition key  Sort key    TTL attribute  Actions of the methods
//	Grants    grantID S      -           purgeAt        PutItem (Put), GetItem (Grant), UpdateItem (all others)
//	Replays   replayKey B    -           purgeAt        PutItem (Once)
//	Clients   clientID S     -           -              GetItem (Client), PutItem (Put), Scan (EachClient)
//	Sessions  place S        sessionID S purgeAt        PutItem (PutSession), Query (Session)
//	Accounts  accountID S    -           -              GetItem (Account), PutItem (PutAccount)
//	Ledgers   accountID S    -           -              UpdateItem (Admit, Begin, Withdraw, Settle), PutItem and UpdateItem
//	                                                    (TopUp), GetItem (Ledger)
//	Fallbacks executionID S  -           purgeAt        PutItem (Begin), GetItem (Fallback), UpdateItem (all others)
//	Pins      pinSubject S   pinPart S   purgeAt        UpdateItem (Check, Cancel, Skip, Replace, Deny,
//	                                                    Unblock), BatchGetItem (Find), PutItem,
//	                                                    BatchGetItem and UpdateItem (Begin), BatchGetItem
//	                                                    and UpdateItem (Withdraw, Settle, Tally), Scan
//	                                                    (Unsettled)
//	KeySets   keySet S      -           -              GetItem (Get), PutItem (Publish)
//	Templates accountID S   templatePart S -           GetItem (Book, Fragment), Query (Fragments), PutItem
//	                                                    and DeleteItem (Put), UpdateItem (Rewrite)
//	Upstreams upstreamID S  -           -              Scan (Upstreams), PutItem (Put)
//	Breakers  upstreamID S  breakerPart S purgeAt       GetItem (Breaker), Query (Breakers), UpdateItem
//	                                                    (PutBreaker, Count)
//
// # Items
//
// A moment is a Number of nanoseconds since the Unix epoch and a duration a Number of nanoseconds,
// so that every store tells the same instants apart; no moment is 0. An attribute is always
// written, also when it is empty, so that a condition compares what is absent as it compares all
// else. An attribute that an item lacks reads as zero, for an older version wrote it; one of
// another type is an error.
//
// Grants, an item for each grant.Grant, under 1 KB as a rule:
//
//	Attribute        Type  Meaning                                            Go
//	grantID          S     the key: 128 random bits, the jti of its tokens    Grant.ID string
//	clientID         S     the client it belongs to                           Grant.Client string
//	grantState       S     pending, authorized, issued, used, revoked         Grant.State grant.State
//	grantType        S     the grant type that redeems or made it             Grant.Type grant.Type
//	scopes           S     the granted scope, space-separated                 Grant.Scope string
//	msisdn           N     the subscriber's number without '+'; 0 for none    Grant.Number phone.Number
//	amr              S     how the subscriber was authenticated               Grant.AMR grant.AMR
//	tokenLifetime    N     policy: how long an access token lives             Grant.Policy.Lifetime time.Duration
//	singleUse        BOOL  policy: a token ends with its first call           Grant.Policy.SingleUse bool
//	refreshLifetime  N     policy: how long refresh tokens are exchanged      Grant.Policy.RefreshLifetime time.Duration
//	secretHash       B     SHA-256 of the code or auth_req_id                 Grant.Secret []byte
//	redirectURI      S     redirect_uri of the authorization request          Grant.RedirectURI string
//	codeChallenge    S     code_challenge, S256                               Grant.Challenge string
//	nonceValue       S     nonce of the authorization request                 Grant.Nonce string
//	upstreamName     S     the upstream that tells of its subscriber; with    Grant.Upstream string
//	                       this and the next two absent for one of our own
//	upstreamLeg      S     the way there, as JSON: state, origin              Grant.Leg grant.Leg
//	upstreamKept     B     what the upstream is asked with, sealed           Grant.Kept []byte
//	connectionHint   S     the connection that a CIBA request named           Grant.Hint string
//	pollInterval     N     CIBA polling interval                              Grant.Interval time.Duration
//	nextPollAt       N     before it a poll is too fast                       Grant.NextPoll time.Time
//	generation       N     refresh tokens issued                              Grant.Generation int
//	authTime         N     when the subscriber was authenticated              Grant.AuthTime time.Time
//	expiresAt        N     when the grant ends in its state                   Grant.Expires time.Time
//	attemptID        B     12 random bytes of the last call that wrote it     -
//	purgeAt          N     TTL: expiresAt in whole seconds and an hour        -
//
// Replays, an item for each identifier seen:
//
//	Attribute        Type  Meaning                                            Go
//	replayKey        B     the key: SHA-256 of the identifier, of any length  Once's key string
//	takenBy          B     names the request that may take it again           Taking.By string
//	takenAt          N     since when that may                                Taking.At time.Time
//	expiresAt        N     from when anyone may take it again                 Taking.Expires time.Time
//	attemptID        B     as above                                           -
//	purgeAt          N     as above                                           -
//
// Clients, an item for each grant.Client, who stays until replaced:
//
//	Attribute        Type  Meaning                                            Go
//	clientID         S     the key: client_id                                 Client.ID string
//	dialect          S     the wire it was registered for                     Client.Wire string
//	authMethod       S     how it authenticates                               Client.Method grant.Method
//	secretHash       B     keyed hash of its secret                           Client.SecretHash []byte
//	jwks             B     its public keys, a JSON Web Key Set                Client.JWKS []byte
//	redirectURIs     L(S)  its redirect URIs                                  Client.RedirectURIs []string
//	scopes           L(S)  the scopes it may ask for                          Client.Scopes []string
//	grantTypes       L(S)  the grant types it may use                         Client.Types []grant.Type
//	requirePKCE      BOOL  refuses requests without S256 challenge            Client.RequirePKCE bool
//	requirePurpose   BOOL  refuses requests without one purpose               Client.RequirePurpose bool
//	sector           S     host of its pairwise subjects                      Client.Sector string
//	idTokenAlg       S     RS256 when empty, or ES256                         Client.IDTokenAlg string
//	tokenLifetime    N     as in Grants                                       Client.Policy.Lifetime time.Duration
//	singleUse        BOOL  as in Grants                                       Client.Policy.SingleUse bool
//	refreshLifetime  N     as in Grants                                       Client.Policy.RefreshLifetime time.Duration
//	sandbox          BOOL  sees test numbers, and no others                   Client.Sandbox bool
//	addressLookups   N     look-ups of ipport: hints an hour                  Client.AddressLookups int
//	disabled         BOOL  has neither access nor tokens                      Client.Disabled bool
//	payingAccount    S     api_key of the account that pays for it            Client.Account string
//	statusURL        S     where its verifications are reported to            Client.StatusURL string
//	sealedSecret     B     what such reports are signed with, sealed          Client.Signature []byte
//	outcomes         S     of test numbers: empty for ours, vonage            Client.Outcomes grant.Outcomes
//	upstream         S     who is asked whom nobody here knows; often empty   Client.Upstream string
//	clientRevision   N     how often it has been written                      Client.Revision int64
//
// KeySets, an item for each set of public keys:
//
//	Attribute        Type  Meaning                                            Go
//	keySet           S     the key: verification                              secrets.Name
//	jwks             B     the keys, a JSON Web Key Set                       []byte
//
// Upstreams, an item for each upstream.Upstream:
//
//	Attribute         Type  Meaning                                           Go
//	upstreamID        S     the key: its name                                 Upstream.Name string
//	upstreamRecord    S     all else, as JSON                                 Upstream
//	upstreamRevision  N     how often it has been written                     Upstream.Revision int64
//
// upstreamRecord, an object of JSON without what is empty:
//
//	Member          JSON     Meaning                                  Go
//	profile         string   the name of its profile                  Upstream.Profile string
//	client          string   the client_id that it gave us            Upstream.ClientID string
//	named           string   the name of what we authenticate with    Upstream.Secret string
//	sandbox         boolean  it answers for sandbox clients alone     Upstream.Sandbox bool
//	until           string   when its contract ends, RFC 3339         Upstream.Until time.Time
//	ended           boolean  it is asked no more                      Upstream.Ended bool
//	issuer          string   its issuer identifier                    Upstream.Issuer string
//	authorization   string   the URL of its authorization endpoint    Upstream.Authorization string
//	token           string   of its token endpoint                    Upstream.Token string
//	verify          string   of its verify                            Upstream.Verify string
//	share           string   of its share                             Upstream.Share string
//	backchannel     string   of its CIBA requests                     Upstream.Backchannel string
//	operatorTokens  string   how it takes operator tokens             Upstream.OperatorTokens upstream.Vouching
//	jwks            string   the URL of the keys of its id_tokens     Upstream.JWKS string
//	keys            array    our keys there, newest first             Upstream.Keys []upstream.Key
//	keys.kid        string   the name of one                          Key.ID string
//	keys.jwk        string   its public half, a JSON Web Key          Key.JWK string
//	keys.from       string   when it signs, RFC 3339                  Key.From time.Time
//	hosts           array    where devices may be sent beside verify  Upstream.Hosts []string
//	method          string   how we authenticate there                Upstream.Method grant.Method
//	scopeVerify     string   the scope that opens verify              Upstream.ScopeVerify string
//	scopeShare      string   the scope that opens share               Upstream.ScopeShare string
//	purposes        array    those that it is contracted for          Upstream.Purposes []string
//	amr             string   how its success counts                   Upstream.AMR grant.AMR
//	pkce            boolean  it takes a code_challenge                Upstream.PKCE *bool
//	plus            boolean  its numbers begin with +                 Upstream.Plus *bool
//	hashed          boolean  it takes hashes                          Upstream.Hashed *bool
//	hashing         string   what it hashes: plus, digits or either   Upstream.Hashing upstream.Hashing
//	compare         boolean  its share may answer a verify            Upstream.Compare *bool
//	iss             boolean  it names itself in its answers           Upstream.AdvertisesIssuer *bool
//	countries       array    of the numbers it is asked for           Upstream.Countries []string
//	prefixes        array    of those numbers                         Upstream.Prefixes []string
//	networks        array    MCC and MNC of the SIMs                  Upstream.Networks []string
//	addresses       array    of its network's connections             Upstream.Addresses []netip.Prefix
//	default         boolean  it is asked where nothing else tells     Upstream.Default bool
//	refuseMoved     boolean  devices that moved come to nothing       Upstream.RefuseMoved bool
//	daily           number   how many authorizations a day may have   Upstream.DailyLimit int64
//
// Breakers, an item for each upstream.Breaker, and one for each upstream.Day that is counted, which
// goes when it is over:
//
//	Attribute        Type  Meaning                                            Go
//	upstreamID       S     the partition: the upstream's name                 Circuit.Upstream, Day.Upstream string
//	breakerPart      S     operation# and its name, or day# and its date      Circuit.Operation, Day.Date string
//	failedAt         L(N)  of a breaker: when the last calls failed           Breaker.Failures []time.Time
//	openUntil        N     before it nobody is let through; 0 while closed    Breaker.Until time.Time
//	restLength       N     for how long it was opened last                    Breaker.Rest time.Duration
//	breakerRevision  N     how often it has been written                      Breaker.Revision int64
//	dayCount         N     of a day: its authorizations                       Count's calls int64
//	attemptID        B     as above                                           -
//	purgeAt          N     of a day: an hour after its end, in whole seconds  Day.Ends time.Time
//
// Templates, an item for the template.Book of each account, and one for each template.Fragment:
//
//	Attribute         Type  Meaning                                           Go
//	accountID         S     as in Accounts                                    Book.Account, Fragment.Account account.Key
//	templatePart      S     templates, or of a fragment its template_id, '#'  Fragment.Template, ID string
//	                        and template_fragment_id
//	templateRecord    S     of a book: its templates as JSON                  Book.Templates []Template
//	templateRevision  N     how often it has been written                     Book.Revision int64
//	fragmentChannel   S     of a fragment: sms or voice                       Entry.Channel verification.Channel
//	fragmentLocale    S     its language tag, as en-gb                        Entry.Locale string
//	fragmentText      S     its words, with ${code} and other variables       Fragment.Text Text
//	createdAt         N     when it was made                                  Fragment.Created time.Time
//	updatedAt         N     when its words were written                       Fragment.Updated time.Time
//
// templateRecord, an object of JSON as accountRecord is one:
//
//	Member                       JSON     Meaning                         Go
//	Templates                    array    in the order they were made in  Book.Templates []Template
//	Templates.ID                 string   template_id, a UUID             Template.ID string
//	Templates.Name               string   its name                        Template.Name string
//	Templates.Default            boolean  messages use it that name none  Template.Default bool
//	Templates.Fragments          array    its fragments                   Template.Fragments []Entry
//	Templates.Fragments.ID       string   template_fragment_id, a UUID    Entry.ID string
//	Templates.Fragments.Channel  string   as fragmentChannel              Entry.Channel verification.Channel
//	Templates.Fragments.Locale   string   as fragmentLocale               Entry.Locale string
//
// Sessions, one to five items for each network.Session: a record at each place where a lookup has
// to find it, and behind carrier NAT, at the address, a mark that all sessions of just these ports
// share. It says when the latest of them began, and has its place, key, ports, startsAt and
// purgeAt:
//
//	Attribute        Type  Meaning                                            Go
//	place            S     the partition: 198.51.100.7 for all its ports and  places of Session.Prefix and ports
//	                       for marks, 198.51.100.7#3 for those of a bucket,
//	                       198.51.100.7#wide; 2001:db8:0:1::/64
//	sessionID        S     start in 19 digits, '#', prefix, '#', ports:       Session.Start, Prefix, FirstPort, LastPort
//	                       so a Query backwards reads the newest first; of
//	                       a mark small#01024-02047, or large# with more
//	                       than 4 buckets
//	prefix           S     the address as /32 or /128, or the IPv6 prefix     Session.Prefix netip.Prefix
//	firstPort        N     first port behind carrier NAT                      Session.FirstPort uint16
//	lastPort         N     last port behind carrier NAT                       Session.LastPort uint16
//	msisdn           N     as in Grants                                       Session.Number phone.Number
//	startsAt         N     from when the subscriber holds it                  Session.Start time.Time
//	expiresAt        N     from when no more                                  Session.End time.Time
//	purgeAt          N     TTL: the later of expiresAt and of when no older   -
//	                       session can run on, and an hour
//
// Accounts, an item for each account.Account:
//
//	Attribute        Type  Meaning                                            Go
//	accountID        S     the key: api_key, 8 hexadecimal digits             Account.Key account.Key
//	accountRecord    S     the account as JSON; secrets are hashed or sealed  account.Account
//	accountRevision  N     how often it has been written                      Account.Revision int64
//
// accountRecord, an object of JSON whose members keep their names, whatever those of Go become; a
// member that it lacks reads as zero:
//
//	Member               JSON     Meaning                                  Go
//	Key                  number   the api_key as a number                  Account.Key Key
//	Secrets              array    keyed hashes of its secrets              Account.Secrets []Hash
//	Secrets.Version      number   which key a hash was made with           Hash.Version uint32
//	Secrets.Sum          string   the hash, in base64                      Hash.Sum []byte
//	Signature            string   its sealed signature secret, in base64   Account.Signature []byte
//	Method               string   how it signs: md5hash, md5, sha1,        Account.Method Method
//	                              sha256, sha512
//	Barred               boolean  refuses its verification requests        Account.Barred bool
//	Demo                 boolean  verifies the numbers of DemoNumbers      Account.Demo bool
//	                              alone
//	DemoNumbers          array    keyed hashes of these numbers            Account.DemoNumbers []Hash
//	DemoNumbers.Version  number   as in Secrets                            Hash.Version uint32
//	DemoNumbers.Sum      string   as in Secrets                            Hash.Sum []byte
//	StatusURL            string   where its verifications are reported to  Account.StatusURL string
//	Terms                object   its caps, 0 for none, and prices         Account.Terms Terms
//
// Terms, the object in accountRecord:
//
//	Member                JSON     Meaning                             Go
//	PerSecond             number   requests a second                   Terms.PerSecond int
//	PerDay                number   requests a day                      Terms.PerDay int
//	PerNumber             number   those for a number                  Terms.PerNumber int
//	PerNetwork            number   those for a network                 Terms.PerNetwork int
//	PerAddress            number   those of an end user                Terms.PerAddress int
//	NumberRequests        number   requests for a number in ten        Terms.NumberRequests int
//	                               minutes
//	NumberMessages        number   messages to it in ten minutes       Terms.NumberMessages int
//	NumberMessagesPerDay  number   messages to it a day                Terms.NumberMessagesPerDay int
//	NumberPause           number   how long it rests, in seconds       Terms.NumberPause int
//	NumberFailures        number   wrong codes for it a day            Terms.NumberFailures int
//	SpendPerDay           number   what a day may cost, in millionths  Terms.SpendPerDay int64
//	                               of a euro
//	MessageCostPerDay     number   of that, what messages may          Terms.MessageCostPerDay int64
//	NetworkCostPerDay     number   of that, what messages to a         Terms.NetworkCostPerDay int64
//	                               network may
//	Price                 number   of a success, in millionths of a    Terms.Price int64
//	                               euro
//	SMSPrice              number   of a text message                   Terms.SMSPrice int64
//	VoicePrice            number   of a call                           Terms.VoicePrice int64
//	Prepaid               boolean  reserves the price of each          Terms.Prepaid bool
//	                               verification
//	Conversion            number   per cent that must succeed in a     Terms.Conversion int
//	                               network
//	Sample                number   from how many failures on that is   Terms.Sample int
//	                               judged
//	Strict                boolean  holds to NIST SP 800-63B-4          Terms.Strict bool
//	Countries             array    where it may send to, ISO 3166      Terms.Countries []string
//	                               alpha-2
//	LineTypes             array    costly lines that it may send to    Terms.LineTypes []string
//	Domain                string   line of its SMS for WebOTP          Terms.Domain string
//	AppHash               string   line of its SMS for Android         Terms.AppHash string
//	PlainBrand            boolean  refuses brands that look like       Terms.PlainBrand bool
//	                               links
//	Templates             boolean  keeps message templates             Terms.Templates bool
//	NoFraudCheck          boolean  may send through a network's block  Terms.NoFraudCheck bool
//	Brand                 string   names who asks where requests       Terms.Brand string
//	                               do not
//	Codeless              boolean  devices of those who poll need no   Terms.Codeless bool
//	                               code
//
// Ledgers, an item for each account, and one for each payment, "api_key#payment", that stands only
// to be there once:
//
//	Attribute        Type  Meaning                                            Go
//	accountID        S     as in Accounts                                     account.Key
//	freeAmount       N     what may be spent, in millionths of a euro         Ledger.Free int64
//	heldAmount       N     what is reserved                                   Ledger.Held int64
//	chargedAmount    N     what was paid                                      Ledger.Charged int64
//	rateWindow       M     standing of the meter of requests a second         Ledger.Rate verification.Window
//	dailyWindow      M     of requests a day                                  Ledger.Daily verification.Window
//	spendWindow      M     of money a day                                     Ledger.Spend verification.Window
//	openHoldsN       BS    two sets of what heldAmount was set aside for      Verification.Hold []byte
//	                       and may have come to no verification: each a name
//	                       of 5 random bytes, the hour in 3, the amount
//	voidedHolds      BS    of these, those that were given back as stale      -
//	paidN            B     how much of what till N freed and charged has      -
//	                       been paid in, two varints
//
// Fallbacks, an item for each fallback.Fallback:
//
//	Attribute        Type  Meaning                                            Go
//	executionID      S     the key: api_key, hyphen, keyed hash of the        Fallback.Execution string
//	                       idempotency key
//	fallbackState    S     silent, pin, done                                  Fallback.State fallback.State
//	accountNumber    N     whose it is                                        Fallback.Account account.Key
//	msisdn           N     what is to be verified, without '+'                Fallback.Number phone.Number
//	requestDigest    B     keyed hash of the request that began it            Fallback.Digest []byte
//	silentOutcome    S     verified, mismatch, unknown, not_tried; empty      Fallback.Silence.Outcome fallback.Outcome
//	                       before that is known
//	silentReason     S     why it is unknown                                  Fallback.Silence.Reason fallback.Reason
//	sealedRequest    B     what was asked for, sealed; empty once done        Fallback.Sealed []byte
//	pinNonce         N     that of its PIN verification                       Fallback.Nonce uint64
//	taskToken        S     completes the task that waits                      Fallback.Token string
//	requestID        S     that of its PIN verification                       Fallback.RequestID, Result.RequestID string
//	verified         BOOL  the result                                         Result.Verified bool
//	verifyMethod     S     silent, sms, voice                                 Result.Method string
//	reason           S     why it was not verified                            Result.Reason fallback.Reason
//	blockedNetwork   S     the network, when that is why                      Result.Network string
//	expiresAt        N     as above                                           Fallback.Expires time.Time
//	attemptID        B     as above                                           -
//	purgeAt          N     as above                                           -
//
// sealedRequest, opened, an object of JSON like accountRecord:
//
//	Member         JSON     Meaning                                   Go
//	number         string   what is to be verified, in E.164          Request.Order.Line
//	purpose        string   what the consent must name; absent for    Request.Purpose string
//	                        any
//	token          object   parameters of the token request, by name  Request.Token map[string]string
//	authorization  string   its Authorization header                  Request.Authorization string
//	pin            object   parameters that order was read from, by   Request.Params map[string]string
//	                        name, for the build before it
//	order          object   the verification that begins when         Request.Order Order
//	                        silence fails, but for its number
//	order.country  string   where the number is, ISO 3166 alpha-2     Order.Line.Country
//	order.line     string   what its plan says of the line            Order.Line.Type
//	order.brand    string   who asks                                  Order.Brand string
//	order.payee    string   who is paid, of a payment                 Order.Payee string
//	order.amount   string   what is paid                              Order.Amount string
//	order.sender   string   the name that messages come from          Order.Sender string
//	order.locale   string   language of its messages                  Order.Locale string
//	order.digits   number   length of its PINs                        Order.Digits int
//	order.type     string   what the line must be                     Order.Type LineType
//	order.client   string   the end user's address, as it is metered  Order.Client string
//	order.steps    array    channel, and wait to the next step in     Order.Plan.Steps
//	                        nanoseconds
//	order.expiry   number   how long a PIN lives, in nanoseconds      Order.Plan.Expiry
//
// Pins, for each number "V#api_key#digits" the item "live" and one for each verification that it
// displaced; for each network "N#api_key#prefix" an item "network"; for each client address
// "A#api_key#address" an item "address"; for each number over all accounts "L#digits" an item
// "line"; for what each account's messages cost "C#api_key" an item "cost"; for what was settled
// and goes on to the ledger, in up to 32 tills "H#api_key#00" to "H#api_key#31", an item "till"
// each:
//
//	Attribute        Type  Meaning                                            Go
//	pinSubject       S     the partition: account and number, network or      Verification.Account, Number
//	                       address; number; account; till
//	pinPart          S     live, or the nonce in 12 hexadecimal digits;       -
//	                       network; address; line; cost; till
//	pinNonce         N     tells a number's verifications apart; 0 for none   Verification.Nonce uint64
//	pinRevision      N     counts the writes                                  Verification.Revision int64
//	pinDenied        BOOL  the number is on the deny list                     Verification.Denied bool
//	pinDetail        S     what only request and dispatcher write, as JSON       Verification.Detail verification.Detail
//	submittedAt      N     when it was requested                              Verification.Submitted time.Time
//	pinHash          B     keyed hash of the current PIN                      Verification.Hash []byte
//	pinGuess         B     that of the code last tried                        Verification.Guess []byte
//	pinExpiresAt     N     when the current PIN dies                          Verification.PINExpires time.Time
//	expiresAt        N     when the verification does                         Verification.Expires time.Time
//	pinAttempts      N     codes tried against the current PIN                Verification.Attempts int
//	pinTotal         N     codes tried                                        Verification.Total int
//	pinAllowed       N     the most that may be                               Verification.Allowed int
//	pinChecks        L(B)  the codes tried, each sealed with AES-GCM          Verification.Checks [][]byte
//	checkedAt        N     when the last was tried                            Verification.Checked time.Time
//	pinEvent         N     the last event begun                               Verification.Event int
//	pinEventsLeft    N     how many can be skipped to                         Verification.Left int
//	pinWished        N     the last event when a named call wished for the    Verification.Wished int
//	                       next one; absent before the first
//	pinWishedBy      B     that call's name                                   Verification.WishedBy []byte
//	pinOvertaken     N     live: how many that began meanwhile it came        Verification.Overtaken int64
//	                       before, if the number's meter counts them
//	cancelledAt      N     when it was cancelled, or gave way                 Verification.CancelledAt time.Time
//	pinSettled       BOOL  the account has been charged or refunded           Verification.Settled bool
//	pinHold          B     names what is held for it, as in openHoldsN        Verification.Hold []byte
//	attemptID        B     as above                                           -
//	tillFreed        N     what went back to the account, in all              -
//	tillCharged      N     what the account was charged, in all               -
//	freedHolds       BS    whence the first came                              -
//	chargedHolds     BS    whence the second did                              -
//	pinWrites        BS    12 random bytes of each call that changed it       -
//	requestWindow    M     network, address, line: standing of the meter of   NetworkStanding.Requests, LineStanding.
//	                       requests                                           Requests verification.Window
//	costWindow       M     network, cost: of what messages cost in a day      NetworkStanding.Cost verification.Window
//	messageWindow    M     line: of messages in ten minutes                   LineStanding.Messages verification.Window
//	messageDayWindow M     line: of messages in a day                         LineStanding.Daily verification.Window
//	blockedUntil     N     network: end of its block                          NetworkStanding.BlockedUntil time.Time
//	blockLevel       N     network: blocks since it recovered                 NetworkStanding.Level int
//	unblockedUntil   N     network: until when it is not blocked              NetworkStanding.UnblockedUntil time.Time
//	networkScore     N     network: falls with what is sent, rises with       NetworkStanding.Score int
//	                       successes
//	purgeAt          N     TTL: 30 days after the end, 2 where meters alone   -
//	                       stand; 0 on the deny list
//
// pinDetail, an object of JSON like accountRecord:
//
//	Member               JSON     Meaning                                  Go
//	key                  number   version of the key of its request_id     Detail.Key uint32
//	                              and PINs
//	brand                string   who asks                                 Detail.Brand string
//	payee                string   who is paid, of a payment                Detail.Payee string
//	amount               string   what is paid                             Detail.Amount string
//	sender               string   the name that messages come from         Detail.Sender string
//	locale               string   language of its messages                 Detail.Locale string
//	country              string   where the number is, ISO 3166 alpha-2    Detail.Country string
//	domain               string   line of its SMS for WebOTP               Detail.Domain string
//	appHash              string   line of its SMS for Android              Detail.AppHash string
//	digits               number   length of its PINs                       Detail.Digits int
//	plan                 object   when and how they are sent               Detail.Plan Plan
//	plan.Channels        array    silent, sms or voice, for each event            Step.Channel Channel
//	plan.Waits           array    waits between the events, in             Step.Wait time.Duration
//	                              nanoseconds
//	plan.Expiry          number   how long a PIN lives, in nanoseconds     Plan.Expiry time.Duration
//	plan.Means           array    what is each step's own, where one has   Step.Means Means
//	                              something
//	plan.Means.to        number   its number without '+'                   Means.To phone.Number
//	plan.Means.country   string   where that is                            Means.Country string
//	plan.Means.line      string   the type of that line                    Means.Type LineType
//	plan.Means.sender    string   the name that it comes from              Means.Sender string
//	plan.Means.appHash   string   its line for Android                     Means.AppHash string
//	plan.Means.entity    string   the sender in India's registry           Means.Entity string
//	plan.Means.content   string   the template there                       Means.Content string
//	plan.Means.text      string   what it says in its caller's words,      Means.Text Text
//	                              {{code}} in place of the PIN
//	plan.Means.segments  number   what an SMS takes of them                Means.Segments int
//	plan.Means.redirect  string   where its device is sent afterwards      Means.Redirect string
//	plan.Means.codeless  boolean  its device's line needs no code          Means.Codeless bool
//	plan.Means.rehearsed string   what that of a test number comes to      Means.Rehearsed Outcome
//	generation           number   which of its PINs is the current one,    Detail.Generation int
//	                              from 1
//	price                number   of a success, in millionths of a euro    Detail.Price int64
//	held                 number   what is reserved until it is settled     Detail.Held int64
//	sms                  number   what a text message costs                Detail.SMSPrice int64
//	voice                number   what a call costs                        Detail.VoicePrice int64
//	events               array    the events begun                         Detail.Events []Event
//	events.Channel       string   as plan.Channels                           Event.Channel Channel
//	events.At            string   when, as RFC 3339 writes it              Event.At time.Time
//	events.Outcome       string   accepted, refused, blocked, throttled,   Event.Outcome Outcome
//	                              unknown; waiting, proved, mismatched,
//	                              unproved
//	events.Message       string   the provider's name for the message      Event.Message string
//	events.Reason        string   why it did not leave                     Event.Reason Reason
//	endQueued            boolean  its end was queued before it began       Detail.EndQueued bool
//	claimant             string   the delivery that began the last event   Detail.Claimant string
//	queued               boolean  the message after it is in the outbox    Detail.Queued bool
//	throttles            number   how often the provider put it off        Detail.Throttles int
//	network              string   prefix that caps and blocks apply to     Detail.Network string
//	conversion           number   as in Terms                              Detail.Conversion int
//	sample               number   as in Terms                              Detail.Sample int
//	caps                 object   what its messages are held to, 0 for no  Detail.Caps Caps
//	                              cap
//	caps.Messages        number   messages to the number in ten minutes    Caps.Messages int64
//	caps.MessagesPerDay  number   messages to the number in a day          Caps.MessagesPerDay int64
//	caps.NetworkCost     number   cost of a day's messages to the network  Caps.NetworkCost int64
//	caps.AccountCost     number   cost of a day's messages of the account  Caps.AccountCost int64
//	requests             object   standing of the number's meter           Detail.Requests Window
//	requests.Slot        number   as slotIndex of a window below           Window.Slot int64
//	requests.Counts      array    as slotCounts of a window below          Window.Counts []int64
//	wrongCodes           object   wrong codes of earlier verifications     Detail.WrongCodes Window
//	wrongCodes.Slot      number   as in requests                           Window.Slot int64
//	wrongCodes.Counts    array    as in requests                           Window.Counts []int64
//	failures             number   verifications that such ended, in a row  Detail.Failures int
//	callback             string   who is told of its end                   Detail.Callback string
//	text                 string   plan.Means.text of its one step, as      Means.Text Text
//	                              former builds wrote it
//	segments             number   plan.Means.segments, the same            Means.Segments int
//	code                 string   the PIN of its caller's choice, locked   Detail.Code []byte
//	onward               boolean  a step that reaches nobody gives way at  Detail.Onward bool
//	                              once
//	onDemand             boolean  steps after the first wait for wishes    Detail.OnDemand bool
//	unguarded            boolean  its messages pass a block                Detail.Unguarded bool
//	reference            string   its caller's own name for it             Detail.Reference string
//	remote               object   what carries its silent step out, where  Detail.Remote Remote
//	                              an upstream does
//	remote.upstream      string   the name of that upstream                Remote.Upstream string
//	remote.request       string   its name for what it has begun           Remote.Request string
//	remote.address       string   where devices go for it                  Remote.Address string
//	remote.asked         string   when whoever asks it began to            Remote.Asked time.Time
//	gaveWay              boolean  another took its place while it was      Detail.GaveWay bool
//	                              live, at cancelledAt
//
// A window is a map of slotIndex (N, the newest slot of the meter), slotTotal (N, what all of its
// slots hold together, so that a condition can compare it) and slotCounts (L(N), the slots, newest
// first). The attributes that older versions kept in their place, rateStanding, dailyStanding,
// spendStanding and requestStanding, are ignored where they still stand.
//
// # Promises
//
// Every decision is one conditional write on one item: 1 request, and 1 write unit for an item up
// to 1 KB; only where money moves with a verification (see [Verifications]), and where a fragment
// comes or goes with its account's book, is it a transaction. What refused it comes back with the refusal, so no second read follows. DynamoDB's TTL only cleans up,
// hours or days late: each condition or reader checks expiresAt itself, and purgeAt lies an hour
// behind it so that a late caller learns that something has expired rather than that it never was.
//
// The client repeats a request whose answer got lost, although the first may have been carried out.
// Each call therefore writes an attemptID of its own, and a refusal by an item that carries it is
// the success of that first try. A verification, which several write at once, keeps those of all
// calls in pinWrites. Of a transaction DynamoDB knows the repetition by the client's token.
//
// An error holds the operation, a fault.Unavailable (the table throttles, fails or is not reached
// in time) or else fault.Internal, and DynamoDB's error code. It never holds an item, a key, a
// message of the service or a URL.
package dynamo
