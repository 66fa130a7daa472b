package library

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"substrate/corpus"
	"substrate/epoch"
	"substrate/inference"
	"substrate/typeset"
)

// Config is what substrate.yaml, the environment and flags settle.
type Config struct {
	Name      string        `mapstructure:"name"` // "" is the folder's
	Epochs    []EpochConfig `mapstructure:"epochs"`
	Snapshots string        `mapstructure:"snapshots"` // "one-per-epoch" (default) or "none"
	PDF       PDFConfig     `mapstructure:"pdf"`
	DriftLog  Place         `mapstructure:"drift_log"`
	// Priorities names the document, and perhaps the section, whose top stands in the brief; without it a title tells.
	Priorities Place `mapstructure:"priorities"`
	// Theme is how issued PDFs look.
	Theme typeset.Theme `mapstructure:"theme"`
	// Tiers are the inference servers that may be asked; none is needed.
	Tiers []inference.Tier `mapstructure:"tiers"`
	// Prometheus is the address that tiers' temperature queries are sent to.
	Prometheus string `mapstructure:"prometheus"`
	// Otel is where traces go.
	Otel OtelConfig `mapstructure:"otel"`
}

// OtelConfig names an OpenTelemetry collector; the standard's environment variables stand above it.
type OtelConfig struct {
	Endpoint string `mapstructure:"endpoint"` // as http://localhost:4318; "" for none
}

// EpochConfig names an epoch and the rules that put editions into it.
type EpochConfig struct {
	Name  string       `mapstructure:"name"`
	Rules []RuleConfig `mapstructure:"rules"`
}

// RuleConfig is one rule; see epoch.Rule.
type RuleConfig struct {
	Marker   string `mapstructure:"marker"`
	Version  string `mapstructure:"version"`
	Date     string `mapstructure:"date"`
	Document string `mapstructure:"document"`
}

// PDFConfig says how PDFs are read.
type PDFConfig struct {
	Engine    string       `mapstructure:"engine"` // "pdfium" (default) or "light"
	OCR       string       `mapstructure:"ocr"`    // "auto" (default) or "off"
	Language  string       `mapstructure:"language"`
	Passwords []string     `mapstructure:"passwords"`
	Workers   int          `mapstructure:"workers"`
	Limits    LimitsConfig `mapstructure:"limits"`
}

// LimitsConfig bounds what one file may cost. Zero means the default.
type LimitsConfig struct {
	Seconds  int `mapstructure:"seconds"`
	MemoryMB int `mapstructure:"memory_mb"`
	Pages    int `mapstructure:"pages"`
	Chars    int `mapstructure:"chars"`
	FileMB   int `mapstructure:"file_mb"`
}

// Check reports the first setting that cannot be used.
func (c Config) Check() error {
	switch c.Snapshots {
	case "", "one-per-epoch", "none":
	default:
		return fmt.Errorf("%s: snapshots: %q is neither one-per-epoch nor none", ConfigFile, c.Snapshots)
	}
	switch c.PDF.Engine {
	case "", "pdfium", "light":
	default:
		return fmt.Errorf("%s: pdf.engine: %q is neither pdfium nor light", ConfigFile, c.PDF.Engine)
	}
	switch c.PDF.OCR {
	case "", "auto", "off":
	default:
		return fmt.Errorf("%s: pdf.ocr: %q is neither auto nor off", ConfigFile, c.PDF.OCR)
	}
	if c.DriftLog.Section != "" && c.DriftLog.Document == "" {
		return fmt.Errorf("%s: drift_log: section %q stands without a document; add document: and its slug", ConfigFile, c.DriftLog.Section)
	}
	if err := inference.Validate(c.Tiers); err != nil {
		return fmt.Errorf("%s: %w", ConfigFile, err)
	}
	if err := c.Rules().Check(); err != nil {
		return fmt.Errorf("%s: %w", ConfigFile, err)
	}
	return nil
}

// Rules are the library's rules of authority.
func (c Config) Rules() epoch.Rules {
	r := epoch.Rules{NoSnapshots: c.Snapshots == "none"}
	for _, e := range c.Epochs {
		n := epoch.Named{Name: e.Name}
		for _, x := range e.Rules {
			n.Rules = append(n.Rules, epoch.Rule{Marker: x.Marker, Version: x.Version, Date: x.Date, Document: corpus.MakeSlug(x.Document)})
		}
		r.Epochs = append(r.Epochs, n)
	}
	return r
}

// markers are the words that the rules look for in documents.
func (c Config) markers() []string {
	var out []string
	for _, e := range c.Epochs {
		out = append(out, e.Name)
		for _, r := range e.Rules {
			if r.Marker != "" {
				out = append(out, r.Marker)
			}
		}
	}
	return out
}

// digest names a value: equal values have equal digests.
func digest(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // the values are our own, and plain
	}
	h := sha256.Sum256(raw)
	return hex.EncodeToString(h[:16])
}

// newConfig is a new library's substrate.yaml.
const newConfig = `# This file makes the folder a substrate library. Everything in it is optional: a library works with no edits.

# What people call the library; without it, the name of its folder.
# name: Pump Station

# Epochs, newest first. The newest is authoritative; documents last issued in an earlier one are historical.
# Without this, "EPOCH 1", "EPOCH 2", … are understood wherever documents say so.
#
# epochs:
#   - name: EPOCH 2
#     rules:                          # one matching rule is enough
#       - marker: "EPOCH 2"           # what a document says of itself on its cover or in its header; beats the rules below
#       - version: ">= 3.6"           # a version, of any document or
#         document: project-roadmap   # of this one only
#       - date: ">= 2026-03-15"       # the document's own date
#   - name: EPOCH 1

# Keep the last version of each earlier epoch as a snapshot that --history can find: one-per-epoch or none.
# snapshots: one-per-epoch

# Where the drift log stands. Without this, any section of an authoritative document that is headed "Drift Log",
# "Known Inconsistencies", "Errata" or the like is read.
# drift_log:
#   document: project-roadmap
#   section: Drift Log

# What matters next: its top stands in the brief that a session starts with. Without this, an authoritative document with
# "Priorities", "Backlog", "Next Steps" or the like in its title is taken.
# priorities:
#   document: team-priorities
#   section: "1"

# How issued PDFs look.
# theme:
#   page: a4              # or letter
#   logo: logo.png        # for the cover; PNG or JPEG, beside this file
#   footer: Confidential
#   colours: {accent: "#1f3a5f"}
#   fonts: {body: {name: serif}}     # sans, serif, or TrueType files: {regular: my.ttf, bold: my-bold.ttf}

# Inference servers of your own that substrate ask may use; without one it answers with passages.
# tiers:
#   - name: desk
#     url: http://localhost:11434
#     api: ollama           # or openai (llama-server, vLLM, LM Studio), hailo
#     good_at: [reasoning, long]   # fast, chat, code, vision, classify, embed
#     models: {chat: NAME}  # as the server lists it
#     context: 0            # tokens; 0 asks the server
#     max_parallel: 1
# prometheus: http://localhost:9090   # for temperature_query: of a tier

# Traces of searches, ingests, tools and requests, without any text, to an OpenTelemetry collector; without this, to the one
# that OTEL_EXPORTER_OTLP_ENDPOINT names, or to none.
# otel:
#   endpoint: http://localhost:4318     # OTLP over HTTP

# pdf:
#   engine: pdfium        # or light: starts at once in little memory, for small devices
#   ocr: auto             # read scanned pages with tesseract where it is installed; or off
#   language: eng         # tesseract's language
#   passwords: []         # tried on encrypted files; better: --password-file FILE
#   workers: 0            # files read at the same time; 0 means one for each processor
#   limits:               # what one file may cost before it is given up
#     seconds: 60
#     memory_mb: 512
#     pages: 5000
#     chars: 20000000
#     file_mb: 512
`

// Init makes dir a library. It reports false when it already is one, and changes nothing then.
func Init(dir string) (bool, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return false, fmt.Errorf("make the library's folder: %w", err)
	}
	path := filepath.Join(dir, ConfigFile)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if os.IsExist(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("write %s: %w", ConfigFile, err)
	}
	if _, err := f.WriteString(newConfig); err != nil {
		f.Close()
		os.Remove(path)
		return false, fmt.Errorf("write %s: %w", ConfigFile, err)
	}
	return true, f.Close()
}
