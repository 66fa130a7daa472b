# Two targets matter to a newcomer: make demo, make test. Both work on a fresh machine with Go and Debian's apt.
GO      ?= go
LDFLAGS := -s -w
BIN     := bin/substrate
# Where several goroutines meet. The others compute, print or measure: the race detector would make them ten times as slow and
# find nothing.
RACE    := ./corpus/catalog ./index ./library ./inference/...

.PHONY: demo test build check deps fixtures bench fuzz faults release screenshots clean

build: ## one static binary in bin/
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/substrate

demo: build ## the main job on the sample library
	@scripts/demo

deps: ## what the tests need beyond Go
	@scripts/deps

check: ## formatting and static checks
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "run gofmt -w on these"; exit 1; }
	$(GO) vet ./...
	$(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

test: deps check ## everything; installs what it needs
	$(GO) test -timeout 20m $$($(GO) list ./... | grep -vxF "$$($(GO) list $(RACE))")
	CGO_ENABLED=1 $(GO) test -race -timeout 20m -run 'WhileOthers|Subscribers|Cancelled' ./mcp
	CGO_ENABLED=1 $(GO) test -race -timeout 20m $(RACE)

fixtures: ## print the sample library again (LibreOffice, Chromium, LaTeX; see fixtures/README.md)
	fixtures/library/print.sh

screenshots: deps ## every page at phone and desktop width, light and dark, into screenshots/
	$(GO) test ./web -count=1 -run 'TestEveryPage|TestALargeLibrary|TestARevisionBy' -screenshots $(CURDIR)/screenshots

bench: build ## measured beside pdftotext in the same run
	$(BIN) bench ingest fixtures/library/pdf

faults: ## kill -9 at 200 random moments (and 50 each of approve and restore), many processes at once, full disks, read-only folders; KILLS=1000 SEED=7 for more
	$(GO) test ./cmd/substrate -run '[kK]illed|ManyProcesses|FullDisk|ReadOnly' -timeout 60m -count 1 -v -kills $(or $(KILLS),200) -seed $(or $(SEED),1)

release: ## static programs for all platforms, Debian packages and checksums in dist/; VERSION=1.2.0 sets the version
	$(GO) run ./packaging -version '$(VERSION)'

fuzz: ## each fuzz target for a minute
	@for p in corpus:FuzzLabel prompts:FuzzOverride prompts:FuzzSuspicious corpus:FuzzRef corpus/markdown:FuzzRead corpus/pdf/layout:FuzzLayout corpus/pdf/light:FuzzLight corpus/identity:FuzzIdentify mcp:FuzzURI corpus/markdown:FuzzLocate typeset:FuzzPDF capture/surgery:FuzzNextLabel capture/surgery:FuzzApply capture/source:FuzzFromVersion; do \
		$(GO) test ./$${p%%:*} -run '^$$' -fuzz "^$${p##*:}$$" -fuzztime 60s || exit 1; done

clean:
	rm -rf bin demo dist
