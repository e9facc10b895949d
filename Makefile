# The developer's commands; make help lists them. Go is the only thing to install beforehand.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Everything is built as it is released, so that the embedded database is compiled once; only the race detector needs C.
export GOFLAGS ?= -buildvcs=false -trimpath
export CGO_ENABLED ?= 0
PARLEY := bin/parley
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

# Packages under test, and the flags of go test: make test PKG=./pricing/ ARGS='-run Floor -v'
PKG ?= ./...
ARGS ?=
# What is slow under the race detector and shares nothing: the embedded database, which is C made into Go, and what goes through
# bytes one after the other. Their inside is not what we test, and their callers are watched as before. None of them may use sync.Map: the
# linker may take their copy of its code for everybody's.
UNWATCHED := modernc.org/sqlite/lib modernc.org/libc modernc.org/memory \
	regexp regexp/syntax encoding/csv strconv unicode/utf8 math/big
# A mutex tells the detector itself when it is taken and given back; its own field need not be watched beside that, in each of the
# embedded database's allocations.
UNWATCHED += internal/sync
RACE := -race $(foreach package,$(UNWATCHED),-gcflags=$(package)=-race=false)
# Packages in which nothing happens at once, nor in their tests: a test reads each for that. Their callers are watched.
SERIAL := activation approval catalogfile change config delivery deliveryfile internal/contention \
	internal/simulate inventory mappingfile mediakit negotiation openrtb pricing proposal tool vault webhook/signature \
	wire/contract
# Packages whose tests are all left to the run without the detector, but for those of functions: to build these for it, with the browser
# or the examples, would take longer than it takes to run them.
SPARED := console docs storage/storagetest
TESTED = $(shell go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' $(PKG))
PLAIN = $(filter $(SERIAL:%=parley/%) $(SPARED:%=parley/%),$(TESTED))
WATCHED = $(filter-out $(PLAIN),$(TESTED))
# How many packages are tested side by side: half as many again as there are cores, since whoever tests a server waits for it.
SIDE_BY_SIDE = $(shell echo $$(( ($$(getconf _NPROCESSORS_ONLN) * 3 + 1) / 2 )))
# What the tests need beside Go.
NEEDED := postgres chromium shell node proxies pooler promtool
# How many inputs each fuzz target tries. A time instead of a count may fail with "context deadline exceeded" and no
# input to blame: https://go.dev/issue/75804, mended in Go 1.27.
FUZZTIME ?= 200000x
# How long make soak trades.
SOAK ?= 30m
# What the Go benchmarks match, and the half of the server's measurements: speed, size, or both.
BENCH ?= .
PART ?=

.PHONY: help
help: ## list the commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/parley, one static binary
	@mkdir -p bin
	@echo 'building $(PARLEY); the first build compiles the embedded database too, which takes a few minutes'
	go build -ldflags '-s -w -X main.version=$(VERSION)' -o $(PARLEY) ./cmd/parley

.PHONY: archives
archives: ## make the archives for every system in dist/, with checksums and lists of what is in them; the first time takes a while
	@for part in goreleaser cyclonedx-gomod; do scripts/need $$part; done
	PATH="$(CURDIR)/bin:$$PATH" goreleaser release --snapshot --clean --skip=publish

.PHONY: run
run: build ## serve on 127.0.0.1:8080 with ./data/parley.db, a demo catalog and a key of each kind; ARGS=... for settings
	@mkdir -p data
	$(PARLEY) serve --demo $(ARGS)

.PHONY: demo
demo: build ## walk through the three flows against the server that make run started
	$(PARLEY) demo

.PHONY: test
test: ## run every test on both stores, under the race detector what it has something to see in
	@for part in $(NEEDED); do scripts/need $$part; done
	@if [ "$${CI:-}" = true ]; then for part in cc helm goreleaser cyclonedx-gomod litestream; do scripts/need $$part; done; fi
	@runs=($(PLAIN) -- $(if $(WATCHED),$(RACE) $(WATCHED))); if ! command -v "$$(go env CC)" >/dev/null; then \
		runs=($(PKG)); echo 'make test: no C compiler: running WITHOUT the race detector' >&2; \
		if [ "$${CI:-}" = true ]; then exit 1; fi; \
	fi; \
	go run ./storage/pgtest/cmd/withpostgres go run ./scripts/testsummary -timeout 60m -p $(SIDE_BY_SIDE) $(ARGS) -- "$${runs[@]}"

.PHONY: e2e
e2e: ## try the deal desk's page in Chromium and leave a picture of each page in screens/
	@scripts/need chromium
	@scripts/need node
	PARLEY_TEST_SCREENS=$(CURDIR)/screens go test -count 1 -run '^TestBrowser' $(ARGS) ./console/

.PHONY: quick
quick: ## run every test once without the race detector, for a short loop
	@for part in $(NEEDED); do scripts/need $$part; done
	@go run ./storage/pgtest/cmd/withpostgres go run ./scripts/testsummary -timeout 10m -p $(SIDE_BY_SIDE) $(ARGS) -- $(PKG)

.PHONY: bench
bench: gobench load ## run the Go benchmarks, then measure the server under load and with much stored

.PHONY: load
load: build ## measure the server on both stores; PART=speed or size for one half, ARGS=-short for a few seconds
	@scripts/need postgres
	go run ./internal/bench $(PART) -parley $(PARLEY) $(ARGS)

.PHONY: gobench
gobench: ## run the Go benchmarks, with allocations
	@scripts/need postgres
	go run ./storage/pgtest/cmd/withpostgres go test -run '^$$' -bench '$(BENCH)' -benchmem -timeout 30m $(ARGS) $(PKG)

.PHONY: fuzz
fuzz: ## fuzz each parser with FUZZTIME inputs
	@go test -list '^Fuzz' $(PKG) | awk '/^Fuzz/ { names[++n] = $$1 } \
		/^ok/ { for (i = 1; i <= n; i++) print $$2, names[i]; n = 0 }' | \
	while read -r package name; do \
		echo "$$package $$name"; \
		go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$$package"; \
	done

.PHONY: lint
lint: tools ## check format, and with golangci-lint, which has go vet's analyzers among its own
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then \
		echo "not gofmt-ed:"; echo "$$unformatted"; exit 1; \
	fi
	bin/golangci-lint run ./...

.PHONY: docs
docs: ## regenerate the generated documents
	go generate ./...

.PHONY: simulate
simulate: ## let buyers of every kind trade with the engines and judge the result
	go run ./internal/simulate $(ARGS)

.PHONY: contention
contention: ## simulate how bookings wait for each other at the inventory ledger, and what would help
	go run ./internal/contention $(ARGS)

.PHONY: soak
soak: ## trade for SOAK (30m) while nodes are killed, cut off and filled up, and prove that nothing was lost
	@for part in postgres pooler; do scripts/need $$part; done
	go run ./internal/soak -duration $(SOAK) $(ARGS)

# The versions that continuous integration checks with.
GOLANGCI_LINT := v2.15.0
GOVULNCHECK := v1.9.0

.PHONY: tools
tools: bin/golangci-lint-$(GOLANGCI_LINT) bin/govulncheck-$(GOVULNCHECK) ## install the linters into bin/

bin/golangci-lint-$(GOLANGCI_LINT):
	GOBIN=$(CURDIR)/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT)
	@rm -f bin/golangci-lint-v* && touch $@

bin/govulncheck-$(GOVULNCHECK):
	GOBIN=$(CURDIR)/bin go install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK)
	@rm -f bin/govulncheck-v* && touch $@

.PHONY: clean
clean: ## remove what was built; data/ stays
	rm -rf bin dist coverage.out
