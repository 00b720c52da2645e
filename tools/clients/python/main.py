"""Signs in by MSAL and azure-identity, reads people and sends a batch by the Graph SDK; prints what came back."""

import asyncio
import json
import os
from urllib.parse import urlparse

import msal
from azure.identity import CertificateCredential, ClientSecretCredential
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem

ENDPOINT, TENANT, CLIENT = (os.environ[name] for name in ("ENDPOINT", "TENANT_ID", "CLIENT_ID"))
SCOPES = ["https://graph.microsoft.com/.default"]
OPTIONS = {"authority": ENDPOINT, "disable_instance_discovery": True}


def by_msal(client, credential):
    application = msal.ConfidentialClientApplication(
        client, client_credential=credential, authority=f"{ENDPOINT}/{TENANT}", instance_discovery=False
    )
    first, second = (application.acquire_token_for_client(SCOPES) for _ in range(2))
    return {"token": first.get("access_token", first), "cached": second.get("token_source") == "cache"}


async def by_sdk():
    credential = ClientSecretCredential(TENANT, CLIENT, os.environ["CLIENT_SECRET"], **OPTIONS)
    hosts = ["127.0.0.1", urlparse(ENDPOINT).netloc]
    adapter = GraphRequestAdapter(AzureIdentityAuthenticationProvider(credential, scopes=SCOPES, allowed_hosts=hosts))
    adapter.base_url = f"{ENDPOINT}/v1.0"
    client = GraphServiceClient(request_adapter=adapter)
    people = (await client.users.get()).value
    content = BatchRequestContent()
    for request in (client.users, client.groups):
        item = BatchRequestItem(request.to_get_request_information())
        # It keeps the whole address, which Graph refuses: msgraph-sdk-python-core#1116.
        item.url = item.url.removeprefix(adapter.base_url)
        content.add_request(item.id, item)
    answer = await client.batch.post(batch_request_content=content)
    return {"people": len(people), "batch": [part.status for part in answer.responses.values()]}


certificate = os.environ["CERTIFICATE"]
key = certificate[certificate.index("-----BEGIN PRIVATE KEY") :]
print(
    json.dumps(
        {
            "secret": by_msal(CLIENT, os.environ["CLIENT_SECRET"]),
            "certificate": by_msal(
                os.environ["APP_ID"], {"private_key": key, "thumbprint": os.environ["THUMBPRINT"]}
            ),
            "identity": CertificateCredential(
                TENANT, os.environ["APP_ID"], certificate_data=certificate.encode(), **OPTIONS
            )
            .get_token(*SCOPES)
            .token,
            "sdk": asyncio.run(by_sdk()),
        }
    )
)
