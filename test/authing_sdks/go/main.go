// Signs in with Authing's SDK for Go, goes on with the tokens, and prints what it received as JSON.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/Authing/authing-golang-sdk/v3/authentication"
	"github.com/Authing/authing-golang-sdk/v3/dto"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func newClient(secret string) (*authentication.AuthenticationClient, error) {
	return authentication.NewAuthenticationClient(&authentication.AuthenticationClientOptions{
		AppId:       os.Getenv("QRLOGIN_APP_ID"),
		AppSecret:   secret,
		AppHost:     os.Getenv("QRLOGIN_GATEWAY"),
		RedirectUri: "https://shop.example.com/",
	})
}

func waitForApproval(client *authentication.AuthenticationClient, qrcodeID string) string {
	deadline := time.Now().Add(time.Minute)
	for {
		status := client.CheckQrCodeStatus(&dto.CheckQrcodeStatusDto{QrcodeId: qrcodeID}).Data
		if status.Status == "AUTHORIZED" {
			return status.Ticket
		}
		if status.Status == "CANCELLED" || status.Status == "EXPIRED" || time.Now().After(deadline) {
			log.Fatal("not approved: ", status.Status)
		}
		// The SDK has no stream.
		time.Sleep(100 * time.Millisecond)
	}
}

func main() {
	secret := os.Getenv("QRLOGIN_APP_SECRET")
	_, wrongSecret := newClient("wrong")
	client, err := newClient(secret)
	check(err)
	qrcodeID := client.GeneQrCode(&dto.GenerateQrcodeDto{Type: "MOBILE_APP"}).Data.QrcodeId
	fmt.Println("CODE", qrcodeID)
	tokens := client.ExchangeTokenSetWithQrCodeTicket(&dto.ExchangeTokenSetWithQRcodeTicketDto{
		Ticket:       waitForApproval(client, qrcodeID),
		ClientId:     os.Getenv("QRLOGIN_APP_ID"),
		ClientSecret: secret,
	}).Data

	userInfo, err := client.GetUserInfo(tokens.AccessToken)
	check(err)
	introspection, err := client.IntrospectToken(tokens.AccessToken)
	check(err)
	introspectionOfIDToken, err := client.IntrospectToken(tokens.IdToken)
	check(err)
	idToken, err := client.ParseIDToken(tokens.IdToken)
	check(err)
	accessToken, err := client.IntrospectAccessTokenOffline(tokens.AccessToken)
	check(err)
	client.SetAccessToken(tokens.AccessToken)
	results, err := json.Marshal(map[string]interface{}{
		"wrongSecret":            wrongSecret.Error(),
		"profile":                client.GetProfile(&dto.GetProfileDto{}).Data,
		"userInfo":               userInfo,
		"introspection":          introspection,
		"introspectionOfIdToken": introspectionOfIDToken,
		"idToken":                idToken,
		"accessToken":            accessToken,
	})
	check(err)
	fmt.Println("RESULTS", string(results))
}
