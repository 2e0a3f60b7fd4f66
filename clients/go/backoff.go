package qrlogin

import (
	"math"
	"time"
)

const (
	initialPause = 100 * time.Millisecond
	maxPause     = 5 * time.Second
)

// backoff determines the pauses before further attempts: random between zero and a limit that doubles (full jitter).
type backoff struct {
	random func() float64 // Returns a number from 0 up to, but not including, 1.
	limit  time.Duration  // Limit of the next pause. Zero stands for the initial one.
}

// next returns the next pause: the delay that the service asked for plus a random time. It is the sum and not the
// greater of the two, else all clients that were given the same delay would come back in the same instant.
func (b *backoff) next(retryDelay time.Duration) time.Duration {
	if b.limit == 0 {
		b.limit = initialPause
	}
	pause := time.Duration(b.random() * float64(b.limit))
	b.limit = min(2*b.limit, maxPause)
	// A delay of centuries must not overflow, which would be no pause at all.
	return min(retryDelay, math.MaxInt64-pause) + pause
}

// succeeded begins again with the initial limit if an attempt has worked for at least maxPause. A shorter success
// changes nothing: a peer that accepts each attempt and ends it at once would be called almost without pause.
func (b *backoff) succeeded(worked time.Duration) {
	if worked >= maxPause {
		b.limit = 0
	}
}
