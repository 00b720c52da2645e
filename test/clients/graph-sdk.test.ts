/**
 * Microsoft's generated Graph SDKs, v1.0 and beta, unchanged: their adapter, middleware, models and serializers live
 * through a blueprint and its agent identity. Their builders are separate packages and would only write the addresses.
 */
import { aServedTenant, printedBy, type Served } from "./served";

let served: Served;
beforeAll(async () => {
  served = await aServedTenant();
});
afterAll(() => served.close());

const script = (sdk: string, adapter: string, version: string) => `
  import { ClientSecretCredential } from "@azure/identity";
  import { AzureIdentityAuthenticationProvider } from "@microsoft/kiota-authentication-azure";
  import { HttpMethod, ParseNodeFactoryRegistry, RequestInformation, SerializationWriterFactoryRegistry } from "@microsoft/kiota-abstractions";
  import { JsonParseNodeFactory, JsonSerializationWriterFactory } from "@microsoft/kiota-serialization-json";
  import { ${adapter} as Adapter } from "${sdk}/${adapter.charAt(0).toLowerCase()}${adapter.slice(1)}.js";
  import * as models from "${sdk}/models/index.js";
  import { createODataErrorFromDiscriminatorValue as createError } from "${sdk}/models/oDataErrors/index.js";
  const { TENANT_ID, CLIENT_ID, CLIENT_SECRET, ENDPOINT, HOST } = process.env;
  const options = { authorityHost: ENDPOINT, disableInstanceDiscovery: true };
  const credential = new ClientSecretCredential(TENANT_ID, CLIENT_ID, CLIENT_SECRET, options);
  const hosts = new Set([HOST, new URL(ENDPOINT).hostname]);
  const provider = new AzureIdentityAuthenticationProvider(credential, ["https://graph.microsoft.com/.default"], undefined, hosts);
  const readers = new ParseNodeFactoryRegistry();
  const writers = new SerializationWriterFactoryRegistry();
  readers.contentTypeAssociatedFactories.set("application/json", new JsonParseNodeFactory());
  writers.contentTypeAssociatedFactories.set("application/json", new JsonSerializationWriterFactory());
  const adapter = new Adapter(provider, readers, writers);
  adapter.baseUrl = ENDPOINT + "/${version}";
  const errors = { XXX: createError };

  function request(method, path, type, body) {
    const information = new RequestInformation(HttpMethod[method], "{+baseurl}" + path, { baseurl: adapter.baseUrl });
    information.headers.add("Accept", "application/json");
    if (body) information.setContentFromParsable(adapter, "application/json", body, models["serialize" + type]);
    return information;
  }
  const send = (method, path, type, body) =>
    adapter.send(request(method, path, type, body), models["create" + type + "FromDiscriminatorValue"], errors);
  const drop = (path) => adapter.sendNoResponseContent(request("DELETE", path), errors);

  const people = await send("GET", "/users", "UserCollectionResponse");
  const sponsors = [ENDPOINT + "/${version}/users/" + people.value[0].id];
  const family = "/applications/microsoft.graph.agentIdentityBlueprint";
  const principals = "/servicePrincipals/microsoft.graph.";
  const blueprint = await send("POST", family, "AgentIdentityBlueprint", {
    displayName: "payroll", additionalData: { "sponsors@odata.bind": sponsors } });
  const principal = await send("POST", principals + "agentIdentityBlueprintPrincipal", "AgentIdentityBlueprintPrincipal",
    { appId: blueprint.appId });
  const identity = await send("POST", principals + "agentIdentity", "AgentIdentity", {
    displayName: "payroll helper", agentIdentityBlueprintId: blueprint.appId,
    additionalData: { "sponsors@odata.bind": sponsors } });
  const one = "/servicePrincipals/" + identity.id + "/microsoft.graph.agentIdentity";
  await send("PATCH", one, "AgentIdentity", { displayName: "payroll assistant" });
  const read = await send("GET", one, "AgentIdentity");
  const all = await send("GET", principals + "agentIdentity", "ServicePrincipalCollectionResponse");
  await drop(one);
  const gone = await send("GET", one, "AgentIdentity").catch((error) => [error.responseStatusCode, error.errorEscaped?.code]);
  console.log(JSON.stringify({
    people: people.value.length,
    principal: principal.appId === blueprint.appId,
    name: read.displayName,
    parent: read.agentIdentityBlueprintId === blueprint.appId,
    created: read.createdDateTime instanceof Date,
    type: read.odataType,
    listed: all.value.map(({ id, agentIdentityBlueprintId }) => [id === identity.id, agentIdentityBlueprintId === blueprint.appId]),
    gone,
  }));`;

describe.each([
  ["@microsoft/msgraph-sdk", "GraphRequestAdapter", "v1.0"],
  ["@microsoft/msgraph-beta-sdk", "GraphBetaRequestAdapter", "beta"],
])("%s", (sdk, adapter, version) => {
  it("makes, lists, reads, changes and deletes with its typed models", async () => {
    served.tenant.reset();
    expect(await printedBy(script(sdk, adapter, version), served.env)).toEqual({
      people: 12,
      principal: true,
      name: "payroll assistant",
      parent: true,
      created: true,
      type: "#microsoft.graph.agentIdentity",
      listed: [[true, true]],
      gone: [404, "Request_ResourceNotFound"],
    });
  });
});
