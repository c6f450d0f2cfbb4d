# Lineproof. Bare `make` lists what there is to do; only Go is needed to run and to build.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# ---- What you may set ----
ADDR ?= 127.0.0.1:8080
STORE ?= memory
ALLOW_REMOTE ?=
STATUS_URL ?=
BASE_URL ?=
FUZZTIME ?= 30s
ENV ?= dev
GOARCH ?= arm64

# ---- Pinned tools, under .tools/ ----
TOOLS := $(CURDIR)/.tools
GOLANGCI_LINT := $(TOOLS)/bin/golangci-lint-v2.15.0
GOVULNCHECK := $(TOOLS)/bin/govulncheck-v1.9.0
SAM ?= $(shell command -v sam || echo $(TOOLS)/sam/bin/sam)
BENCHSTAT := $(TOOLS)/bin/benchstat-v0.0.0-20260908200009-22c9c6c9d4da

# Symbols are stripped and aws-lambda-go's old RPC mode left out: both make a cold start faster and a zip smaller.
# No commit is stamped, or each would change every function and a checkout of another owner would not build.
# Whatever is built for this machine is built alike (see e2e/programs), so that everything is compiled once.
GO_BUILD := CGO_ENABLED=0 go build -buildvcs=false -trimpath -ldflags "-s -w" -tags lambda.norpc
# Compilers take a fifth less when they leave out what debuggers read, which no program of tests has.
LEAN := -gcflags=all=-dwarf=false
LAMBDA_BUILD := GOOS=linux GOARCH=$(GOARCH) $(GO_BUILD)
WITH := .build/bin/with

##@ Run

# Somebody waits for the first run, most of which is the compiler's: nothing is inlined or made for
# debuggers, and nobody speaks HTTP/2 to it.
QUICK_BUILD := CGO_ENABLED=0 go build -v -buildvcs=false -trimpath -tags nethttpomithttp2 -ldflags "-s -w" -gcflags 'all=-l -dwarf=false'
PROGRESS := awk 'NF > 1 { print; next } ++n % 40 == 0 { print n " packages are compiled"; fflush() }' >&2
PROGRAM := ./local
ifeq ($(STORE),dynamodb)
PROGRAM := ./local/dynamodb
BESIDE := ./e2e/dynamolocal/with
endif

.PHONY: run
run: ## serve everything on ADDR; STORE=memory, or STORE=dynamodb with DynamoDB Local; ALLOW_REMOTE=1 for containers; STATUS_URL for callbacks
	@echo 'building; the first time takes a minute' >&2
	@set -o pipefail; $(QUICK_BUILD) -o .build/bin/ $(PROGRAM) $(BESIDE) 2>&1 | $(PROGRESS)
ifeq ($(STORE),dynamodb)
	@e2e/setup/dynamodb.sh
endif
	@STORE=$(STORE) ADDR=$(ADDR) ALLOW_REMOTE=$(ALLOW_REMOTE) STATUS_URL='$(STATUS_URL)' exec $(BESIDE:%=$(WITH)) .build/bin/$(notdir $(PROGRAM))

##@ Build and deploy

.PHONY: build
build: $(filter $(TOOLS)/%,$(SAM)) ## build every function with the sam CLI: .aws-sam/build/
	@infra/once.sh .aws-sam/build $(SAM) build

# What `sam build` calls for a function with BuildMethod: makefile. PinCheckFunction is functions/pin-check.
# One of these recipes builds all functions, or each would compile the standard library and the SDK.
BUILT := .build/functions
build-%Function:
	@infra/once.sh $(BUILT) env $(LAMBDA_BUILD) -o $(BUILT)/ ./functions/... -- \
		cp $(BUILT)/$$(sed -E 's/([a-z0-9])([A-Z])/\1-\2/g' <<<'$*' | tr '[:upper:]' '[:lower:]') $(ARTIFACTS_DIR)/bootstrap

.PHONY: deploy
deploy: build ## build, and deploy the stack of ENV=dev or ENV=prod
	$(SAM) deploy --config-env $(ENV)

##@ Check

# Compilers and tests take a quarter less when they seldom collect garbage.
.PHONY: test
test: export GOGC ?= 400
test: setup-tests ## vet, every test with the race detector and DynamoDB Local, every schedule of a PIN, each fuzz target for a moment
	$(GO_BUILD) $(LEAN) -o .build/bin/ ./e2e/dynamolocal/with
	$(WITH) go test -race -vet=all $(LEAN) ./...
	e2e/figures.sh
	e2e/fuzz.sh 1000x
	@! [ -e .build/left-out ] || cat .build/left-out

.PHONY: lint
lint: $(GOLANGCI_LINT) $(GOVULNCHECK) ## style, dependency arrows, known vulnerabilities
	$(GOLANGCI_LINT) run ./...
	@e2e/setup/govulncheck.sh $(GOVULNCHECK) ./...

.PHONY: figures
figures: ## what the tests count: schedules of a PIN, attacks that are played, example numbers that are read
	e2e/figures.sh

.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME
	e2e/fuzz.sh $(FUZZTIME)

.PHONY: bench
bench: setup-tests ## benchmarks: what one account sustains, store round trips, handlers beside an empty one, cold starts
	GOGC=400 go test $(LEAN) -count=1 -v -timeout 30m -run '^TestFigures$$' ./shared/dynamo -scale
	$(GO_BUILD) $(LEAN) -o .build/bin/ ./e2e/dynamolocal/with
	$(WITH) go test -run '^$$' -bench . -benchmem ./...

.PHONY: e2e
e2e: ## run the black-box tests against BASE_URL=https://…
	@test -n '$(BASE_URL)' || { echo 'name the deployment: make e2e BASE_URL=https://…' >&2; exit 1; }
	BASE_URL='$(BASE_URL)' go test -count=1 ./e2e

.PHONY: numbering-compare
numbering-compare: ## where the newest libphonenumber has other kinds of lines than our numbering plans, by country
	@e2e/setup/sam.sh
	@$(TOOLS)/numbering/bin/python shared/numbering/plan/generate/metadata.py | go run ./shared/numbering/plan/generate -compare

##@ Housekeeping

.PHONY: tools
tools: setup-tests $(GOLANGCI_LINT) $(GOVULNCHECK) $(BENCHSTAT) ## set up every pinned tool under .tools/ (test and lint do it too)

.PHONY: setup-tests
setup-tests:
	@e2e/setup/require.sh gcc curl
	@e2e/setup/dynamodb.sh
	@e2e/setup/clients.sh
	@e2e/setup/sam.sh
	@e2e/setup/asl.sh
	@e2e/setup/generators.sh

$(TOOLS)/sam/bin/sam:
	@e2e/setup/sam.sh

$(TOOLS)/bin/golangci-lint-%:
	GOBIN=$(TOOLS)/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$*
	@mv $(TOOLS)/bin/golangci-lint $@

$(TOOLS)/bin/govulncheck-%:
	GOBIN=$(TOOLS)/bin go install golang.org/x/vuln/cmd/govulncheck@$*
	@mv $(TOOLS)/bin/govulncheck $@

$(TOOLS)/bin/benchstat-%:
	GOBIN=$(TOOLS)/bin go install golang.org/x/perf/cmd/benchstat@$*
	@mv $(TOOLS)/bin/benchstat $@

.PHONY: clean
clean: ## remove what was built (.tools/ stays)
	rm -rf .build .aws-sam

.PHONY: help
help:
	@awk -F ':.*## ' '/^##@/ { printf "\n%s\n", substr($$0, 5) } /^[a-z0-9-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
