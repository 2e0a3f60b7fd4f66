// Bench compares the client with the bare generated client in one process: 1,000 calls of GetSigningKeys in sequence, and
// 300 watches that are opened until their first status. The two take turns, so that both meet the same server.
package main

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log"
	"os"
	"slices"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/durationpb"

	qrlogin "github.com/qrlogin/qrlogin/clients/go"
	"github.com/qrlogin/qrlogin/clients/go/qrloginv1"
)

const (
	calls            = 1_000
	watches          = 300
	watchesPerTicket = 100
	rounds           = 5
)

func main() {
	log.SetFlags(0)
	if err := run(context.Background()); err != nil {
		log.Fatal("bench: ", err)
	}
}

func run(ctx context.Context) error {
	address := os.Getenv("QRLOGIN_ADDRESS")
	if address == "" {
		return errors.New("QRLOGIN_ADDRESS is not set: run it as clients/with-server clients/go/bench")
	}
	appID := cmp.Or(os.Getenv("QRLOGIN_APP_ID"), "demo-app")
	appSecret := cmp.Or(os.Getenv("QRLOGIN_APP_SECRET"), "demo-secret")
	client, err := qrlogin.NewAppClient(address, appID, appSecret)
	if err != nil {
		return err
	}
	defer client.Close()
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	bare := qrloginv1.NewQrLoginServiceClient(connection)
	credential := base64.StdEncoding.EncodeToString([]byte(appID + ":" + appSecret))
	bareCtx := metadata.AppendToOutgoingContext(ctx, "authorization", "Basic "+credential)

	err = compare("GetSigningKeys", calls,
		func() error {
			_, err := client.GetSigningKeys(ctx, &qrloginv1.GetSigningKeysRequest{})
			return err
		},
		func() error {
			_, err := bare.GetSigningKeys(bareCtx, &qrloginv1.GetSigningKeysRequest{})
			return err
		})
	if err != nil {
		return err
	}

	var tickets []*qrloginv1.WatchStatusRequest
	opened := 0
	nextTicket := func() (*qrloginv1.WatchStatusRequest, error) {
		if opened%watchesPerTicket == 0 {
			ticket, err := client.CreateTicket(ctx, &qrloginv1.CreateTicketRequest{Ttl: durationpb.New(time.Minute)})
			if err != nil {
				return nil, err
			}
			tickets = append(tickets, &qrloginv1.WatchStatusRequest{
				TicketId: ticket.GetTicketId(), TicketSecret: ticket.GetTicketSecret(),
			})
		}
		opened++
		return tickets[len(tickets)-1], nil
	}
	return compare("WatchStatus", watches,
		func() error {
			ticket, err := nextTicket()
			if err != nil {
				return err
			}
			for _, err := range client.WatchStatus(ctx, ticket) {
				return err
			}
			return errors.New("the watch had no status")
		},
		func() error {
			ticket, err := nextTicket()
			if err != nil {
				return err
			}
			ctx, cancel := context.WithCancel(bareCtx)
			defer cancel()
			stream, err := bare.WatchStatus(ctx, ticket)
			if err != nil {
				return err
			}
			_, err = stream.Recv()
			return err
		})
}

// compare measures both in alternating rounds after one round to warm up, and prints the ratio of the medians.
func compare(name string, count int, layer, bare func() error) error {
	var layerTimes, bareTimes []time.Duration
	for round := range rounds + 1 {
		layerTime, err := measure(count, layer)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		bareTime, err := measure(count, bare)
		if err != nil {
			return fmt.Errorf("%s, bare: %w", name, err)
		}
		if round > 0 {
			layerTimes, bareTimes = append(layerTimes, layerTime), append(bareTimes, bareTime)
		}
	}
	layerTime, bareTime := median(layerTimes), median(bareTimes)
	fmt.Printf("%s, %d times: client %v, bare %v, ratio %.2f\n",
		name, count, layerTime.Round(time.Millisecond), bareTime.Round(time.Millisecond), float64(layerTime)/float64(bareTime))
	return nil
}

func measure(count int, call func() error) (time.Duration, error) {
	began := time.Now()
	for range count {
		if err := call(); err != nil {
			return 0, err
		}
	}
	return time.Since(began), nil
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}
