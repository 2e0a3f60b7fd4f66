package qrlogin

import (
	"math"
	"slices"
	"testing"
	"time"
)

func TestBackoffLimitDoublesUpToItsMaximum(t *testing.T) {
	b := backoff{random: func() float64 { return 0.5 }}
	var pauses []time.Duration
	for range 8 {
		pauses = append(pauses, b.next(0)/time.Millisecond)
	}
	if want := []time.Duration{50, 100, 200, 400, 800, 1600, 2500, 2500}; !slices.Equal(pauses, want) {
		t.Errorf("got %v ms, want %v", pauses, want)
	}
}

func TestBackoffAddsTheDelayOfTheService(t *testing.T) {
	b := backoff{random: func() float64 { return 0.5 }}
	if got, want := b.next(3*time.Second), 3050*time.Millisecond; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	b.random = func() float64 { return 0 }
	if got, want := b.next(3*time.Second), 3*time.Second; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	b.random = func() float64 { return 0.5 }
	if got, want := b.next(math.MaxInt64), time.Duration(math.MaxInt64); got != want {
		t.Errorf("after the longest delay: got %v, want %v", got, want)
	}
}

func TestBackoffBeginsAgainOnlyAfterALongSuccess(t *testing.T) {
	b := backoff{random: func() float64 { return 0.5 }}
	b.next(0)
	b.succeeded(5*time.Second - 1)
	if got, want := b.next(0), 100*time.Millisecond; got != want {
		t.Errorf("after a short success: got %v, want %v", got, want)
	}
	b.succeeded(5 * time.Second)
	if got, want := b.next(0), 50*time.Millisecond; got != want {
		t.Errorf("after a long success: got %v, want %v", got, want)
	}
}
