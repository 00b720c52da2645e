import { agentIdentity } from "../../../../provider/identities/agent-identity";
import { agentIdentityBlueprint } from "../../../../provider/identities/agent-identity-blueprint";
import { LaggingTenant } from "../../../lag/lagging-tenant";

const sponsors = ["diego.siciliani@contoso.com"];
const absent = "99999999-0000-4000-8000-000000000000";
const marker = "aaaabbbbccccdddd";
const isQuestion = (url: string) => decodeURIComponent(url).includes("(appId=");

const tenant = new LaggingTenant();
beforeEach(() => tenant.reset({}));
afterAll(() => tenant.close());

/** What preview says on another machine, and the seconds that it took, where replicas answer these first questions with 404. */
async function preview(blueprintId: string, unseen = 0) {
  let questions = 0;
  const process = await tenant.process({
    newMachine: true,
    meddle: (request, send) =>
      request.method === "GET" && isQuestion(request.url) && questions++ < unseen
        ? Promise.resolve(
            Response.json({ error: { code: "Request_ResourceNotFound", message: "Not here." } }, { status: 404 }),
          )
        : send(request),
  });
  const since = tenant.time.now();
  const inputs = { displayName: "Payslip helper", sponsors, blueprintId, marker };
  const { failures } = await process.provider(agentIdentity.kind).check({}, inputs);
  return { failures, seconds: (tenant.time.now() - since) / 1_000 };
}

async function aBlueprintOfAnotherMachine(): Promise<string> {
  const process = await tenant.process({ newMachine: true });
  const provider = process.provider(agentIdentityBlueprint.kind);
  const { inputs } = await provider.check({}, { displayName: "Payroll agents", sponsors, marker });
  const { id } = await provider.create(inputs);
  return id;
}

describe("a blueprint that another machine has made a moment ago", () => {
  it("is no finding at preview because a replica does not know it yet", async () => {
    const blueprintId = await aBlueprintOfAnotherMachine();
    // Of the application and of its principal, twice.
    expect((await preview(blueprintId, 4)).failures).toEqual([]);
  });

  it("costs no time where it is seen", async () => {
    const blueprintId = await aBlueprintOfAnotherMachine();
    tenant.time.pass(600_000);
    const { failures, seconds } = await preview(blueprintId);
    expect(failures).toEqual([]);
    expect(seconds).toBeLessThan(1);
  });
});

it("a blueprint that nobody has made is refused at preview as soon as reads agree and every replica has answered", async () => {
  const { failures, seconds } = await preview(absent);
  expect(failures).toMatchObject([{ property: "blueprintId" }]);
  expect(seconds).toBeGreaterThan(1);
  expect(seconds).toBeLessThan(60);
});
