package dynamo

// What reads items that no method returns whole.
var (
	DecodeLedger  = decodeLedger
	DecodeNetwork = decodeNetwork
	DecodeLine    = decodeLine
	DecodeWindow  = decodeWindow
)
