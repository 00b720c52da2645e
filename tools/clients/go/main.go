// Signs in with a secret by MSAL for Go and by azidentity, and with a certificate by azidentity; prints the tokens.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
)

var scopes = []string{"https://graph.microsoft.com/.default"}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func main() {
	tenant, id, secret := os.Getenv("TENANT_ID"), os.Getenv("CLIENT_ID"), os.Getenv("CLIENT_SECRET")
	endpoint := os.Getenv("ENDPOINT")
	ctx := context.Background()
	asked := policy.TokenRequestOptions{Scopes: scopes}
	options := azcore.ClientOptions{Cloud: cloud.Configuration{ActiveDirectoryAuthorityHost: endpoint}}

	credential := must(confidential.NewCredFromSecret(secret))
	app := must(confidential.New(endpoint+"/"+tenant, id, credential, confidential.WithInstanceDiscovery(false)))
	token := must(app.AcquireTokenByCredential(ctx, scopes)).AccessToken
	cached := must(app.AcquireTokenByCredential(ctx, scopes)).AccessToken == token

	bySecret := must(azidentity.NewClientSecretCredential(tenant, id, secret,
		&azidentity.ClientSecretCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true}))
	certificates, key, err := azidentity.ParseCertificates([]byte(os.Getenv("CERTIFICATE")), nil)
	must(key, err)
	byCertificate := must(azidentity.NewClientCertificateCredential(tenant, os.Getenv("APP_ID"), certificates, key,
		&azidentity.ClientCertificateCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true}))

	must(os.Stdout.Write(must(json.Marshal(map[string]any{
		"msal":        token,
		"cached":      cached,
		"secret":      must(bySecret.GetToken(ctx, asked)).Token,
		"certificate": must(byCertificate.GetToken(ctx, asked)).Token,
	}))))
}
