package wire

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// longest answer, list or line that is read; a server that sends more is broken.
const (
	maxBody = 64 << 20
	maxLine = 16 << 20
)

// conn is what every API shares: a base URL, a key and an HTTP client.
type conn struct {
	base  string
	key   string
	http  *http.Client
	close bool // a connection for each request: the server takes one at a time
}

// Options configure a server.
type Options struct {
	URL  string // "http://host:port", with or without a path
	Key  string // bearer token; "": none
	HTTP *http.Client
}

func newConn(o Options) (conn, error) {
	u, err := url.Parse(o.URL)
	if err != nil {
		return conn{}, err
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return conn{}, fmt.Errorf("%q is no http address: write it like http://host:11434", o.URL)
	}
	h := o.HTTP
	if h == nil {
		h = http.DefaultClient
	}
	return conn{base: strings.TrimRight(o.URL, "/"), key: o.Key, http: h}, nil
}

// shown is the URL for messages, without user and password.
func (c conn) shown(path string) string {
	u, err := url.Parse(c.base + path)
	if err != nil {
		return c.base + path
	}
	return u.Redacted()
}

// do sends and returns the response when its status is 200; everything else is an *Error.
func (c conn) do(ctx context.Context, op, model, method, path string, in any) (*http.Response, error) {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return nil, &Error{Kind: Refused, Op: op, URL: c.shown(path), Model: model, Err: err}
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, &Error{Kind: Refused, Op: op, URL: c.shown(path), Model: model, Err: err}
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.key != "" {
		req.Header.Set("Authorization", "Bearer "+c.key)
	}
	req.Close = c.close
	resp, err := c.http.Do(req)
	if err != nil {
		var ue *url.Error
		if errors.As(err, &ue) {
			err = ue.Err
		}
		return nil, broken(ctx, op, c.shown(path), model, Unreachable, err)
	}
	if resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		b, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
		return nil, fail(op, c.shown(path), model, resp.StatusCode, b)
	}
	return resp, nil
}

// get sends and decodes one JSON value, which may be an error in spite of status 200.
func (c conn) call(ctx context.Context, op, model, method, path string, in, out any) error {
	resp, err := c.do(ctx, op, model, method, path, in)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return broken(ctx, op, c.shown(path), model, Interrupted, err)
	}
	return c.decode(op, model, path, resp.StatusCode, b, out)
}

func (c conn) decode(op, model, path string, status int, b []byte, out any) error {
	if isError(b) {
		return fail(op, c.shown(path), model, status, b)
	}
	if err := json.Unmarshal(b, out); err != nil {
		return &Error{Kind: BadAnswer, Op: op, URL: c.shown(path), Model: model, Status: status, Message: clip(string(b), 120), Err: err}
	}
	return nil
}

// isError finds an error inside an answer of status 200.
func isError(b []byte) bool {
	var v struct {
		Error  json.RawMessage `json:"error"`
		Object string          `json:"object"`
	}
	return json.Unmarshal(b, &v) == nil && (len(v.Error) > 0 && string(v.Error) != "null" && string(v.Error) != `""` || v.Object == "error")
}

// lines reads a stream line by line, each as soon as it is whole, without its line end. A last line without one counts.
type lines struct {
	r    *bufio.Reader
	body io.ReadCloser
}

func newLines(body io.ReadCloser) *lines {
	return &lines{r: bufio.NewReaderSize(body, 16<<10), body: body}
}

var errLongLine = fmt.Errorf("a line of the stream is longer than %d bytes", maxLine)

func (l *lines) next() ([]byte, error) {
	var line []byte
	for {
		part, err := l.r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return bytes.TrimRight(line, "\r\n"), nil
		case errors.Is(err, bufio.ErrBufferFull):
			if len(line) > maxLine {
				return nil, errLongLine
			}
		case errors.Is(err, io.EOF) && len(line) > 0:
			return bytes.TrimRight(line, "\r\n"), nil
		default:
			return nil, err
		}
	}
}

// event reads the next server-sent event's data; comments (llama-server sends them as pings) are passed over.
func (l *lines) event() ([]byte, error) {
	var data []byte
	seen := false
	for {
		line, err := l.next()
		if err != nil {
			if seen && errors.Is(err, io.EOF) {
				return data, nil
			}
			return nil, err
		}
		switch {
		case len(line) == 0:
			if seen {
				return data, nil
			}
		case bytes.HasPrefix(line, []byte("data:")):
			part := bytes.TrimPrefix(bytes.TrimPrefix(line, []byte("data:")), []byte(" "))
			if seen {
				data = append(data, '\n')
			}
			data = append(data, part...)
			seen = true
		case line[0] == '{': // some servers answer an error as a bare line in the middle of a stream
			return line, nil
		}
	}
}

// replay puts a line that was read ahead back in front.
func replay(line []byte, l *lines) *lines {
	front := append(append([]byte(nil), line...), '\n')
	return &lines{r: bufio.NewReader(io.MultiReader(bytes.NewReader(front), l.r)), body: l.body}
}
