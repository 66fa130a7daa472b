package mcp

import (
	"encoding/base64"
	"encoding/json"
	"hash/fnv"
)

// cursor says where an answer stopped. It goes out as one opaque word and comes back with the same arguments.
type cursor struct {
	At   int    `json:"a"` // how many pieces were given
	Rev  int    `json:"v"` // the cascade that it was counted in
	Args uint32 `json:"h"` // the arguments that it belongs to
}

func (c cursor) String() string {
	raw, _ := json.Marshal(c)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// resume reads a cursor back, for a call with the arguments that key names.
func resume(word string, key ...string) (cursor, error) {
	c := cursor{Args: digest(key...), Rev: -1}
	if word == "" {
		return c, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(word)
	var got cursor
	if err != nil || json.Unmarshal(raw, &got) != nil || got.At < 0 {
		return c, mendf("cursor %.40q is not one that was given out; leave it out to start over", word)
	}
	if got.Args != c.Args {
		return c, mendf("this cursor belongs to a call with other arguments; repeat those, or leave the cursor out to start over")
	}
	return got, nil
}

// stale says that the library moved on since the cursor was given out, so that its count means nothing any more.
func (c cursor) stale(cascade int) error {
	if c.Rev >= 0 && c.Rev != cascade {
		return mendf("the library changed since this cursor was given out (cascade %d, now %d); repeat the call without cursor", c.Rev, cascade)
	}
	return nil
}

func digest(key ...string) uint32 {
	h := fnv.New32a()
	for _, k := range key {
		h.Write([]byte(k))
		h.Write([]byte{0})
	}
	return h.Sum32()
}
