package admin

func accountCommands() []Command {
	return []Command{
		of[createAccount](
			"create-account", "open an account; its api_key and api_secret are in the answer, once",
		),
		of[showAccount]("show-account", "show an account and its ledger"),
		of[rotateAccountSecret](
			"rotate-account-secret",
			"give an account a new api_secret; the one before stays good until it is dropped",
		),
		of[dropAccountSecret]("drop-account-secret", "make the newest api_secret the only one"),
		of[barAccount]("bar-account", "refuse an account's verification requests (status 8)"),
		of[unbarAccount]("unbar-account", "take an account's verification requests again"),
		of[creditAccount]("credit-account", "add to an account's budget, once for each payment"),
		of[setSignature](
			"set-signature", "give an account a new signature secret, or take it away",
		),
		of[setStatusURL](
			"set-status-url",
			"have the end of an account's verifications by the Verify API (v1) reported to an address",
		),
		of[setTerms]("set-terms", "give an account other terms and countries"),
		of[setDemo](
			"set-demo", "let an account verify only the numbers on a list, or any number again",
		),
	}
}

func clientCommands() []Command {
	return []Command{
		of[registerClient](
			"register-client",
			"register a client; its client_secret, if it has one, is in the answer, once",
		),
		of[replaceClient](
			"replace-client", "register a client anew under its client_id; its client_secret stays",
		),
		of[showClient]("show-client", "show a client"),
		of[checkClients](
			"check-clients",
			"list the clients whose registration their dialect does not allow: policy, grant types, account",
		),
		of[disableClient](
			"disable-client",
			"take a client's access and every token that it holds out of use, within a minute",
		),
		of[enableClient](
			"enable-client",
			"let a client in again; tokens that have not expired meanwhile work again",
		),
		of[rotateClientSecret](
			"rotate-client-secret", "give a client a new client_secret in place of the old one",
		),
	}
}

func applicationCommands() []Command {
	return []Command{
		of[createApplication](
			"create-application",
			"give an account an application, which calls the Verify API (v2) and number verification "+
				"by JWTs; its application_id, private_key and signature_secret are in the answer, once",
		),
		of[showApplication]("show-application", "show an application"),
		of[changeApplication](
			"change-application",
			"give an application another status_url, other redirect_urls or outcomes",
		),
		of[rotateApplicationKey](
			"rotate-application-key",
			"give an application a new key; the one before stays good until it is dropped",
		),
		of[dropApplicationKey](
			"drop-application-key", "make the newest key of an application the only one",
		),
		of[rotateApplicationSecret](
			"rotate-application-secret",
			"give an application a new signature_secret in place of the old one",
		),
		of[removeApplication](
			"remove-application",
			"take an application's keys, secret and addresses away for good; nobody gets its "+
				"application_id again, and nothing more is reported",
		),
	}
}

func upstreamCommands() []Command {
	return []Command{
		of[putUpstream](
			"put-upstream",
			"have an operator or aggregator verify whom nobody here knows, or change how it is asked",
		),
		of[showUpstream]("show-upstream", "show an upstream"),
		of[listUpstreams]("list-upstreams", "list all upstreams"),
		of[endUpstream](
			"end-upstream", "send nobody to an upstream any more, and take nobody back from it",
		),
		of[setUpstreamSecret](
			"set-upstream-secret",
			"put what we authenticate with at an upstream, or have a key made for it; the public half is in the answer",
		),
		of[rotateUpstreamKey](
			"rotate-upstream-key",
			"make the next key of an upstream, which is published at once and signs a day later",
		),
		of[testUpstream](
			"test-upstream",
			"try an upstream's record, secret, endpoints, metadata and credentials, and tell what is wrong",
		),
	}
}

func otherCommands() []Command {
	return []Command{
		of[putSession]("put-session", "record a mobile session"),
		of[endSession](
			"end-session", "end the session of an address, which resolves to nobody then",
		),
		of[denyNumber]("deny-number", "put a number on an account's deny list"),
		of[allowNumber]("allow-number", "take a number off an account's deny list"),
		of[unblockNetwork](
			"unblock-network",
			"end the block of an account's network, and keep it from being blocked again for a time",
		),
		of[fillSandbox](
			"fill-sandbox",
			"register one sandbox client for each dialect and open one sandbox account for each kind of terms",
		),
	}
}
