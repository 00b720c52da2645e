/** The access token ends while a deployment is under way: one new token for everybody, and nothing is made twice. */
import fc from "fast-check";
import type { Issue } from "../../provider/graph/tokens";
import type { Transport } from "../../provider/graph/transport";
import { oneBlueprint } from "../kinds/agent-kind";
import { type Circumstances, checkAlways, checkSettled, Model, Stack } from "./stack";
import { TestTenant } from "./tenant";
import { VirtualTime } from "./virtual-time";

const runs = (atRest: number) => ({ numRuns: Number(process.env["FC_RUNS"] ?? atRest) });

/** Longer than a token lives. */
const hourMs = 3_700_000;

/** Counts tokens, and what was asked of them. */
class Desk {
  readonly wants: Parameters<Issue>[0][] = [];

  counted =
    (issue: Issue): Issue =>
    (want) => {
      this.wants.push(want);
      return issue(want);
    };

  get renewals() {
    return this.wants.slice(1);
  }
}

describe("a token that ends during a deployment", () => {
  let tenant: TestTenant;
  beforeAll(() => (tenant = new TestTenant()));
  afterAll(() => tenant.close());

  /** What was asked together is answered one after the other: some refusals come when the new token is there already. */
  const spread = (transport: Transport): Transport => {
    let requests = 0;
    return async (request) => {
      const number = ++requests;
      const response = await transport(request);
      await tenant.time.wait((number * 37) % 90);
      return response;
    };
  };

  /** Deploys one agent kind; something happens to the token at the nth request. */
  async function deployed(circumstances: Circumstances): Promise<Desk> {
    tenant.reset();
    const [desk, model, stack] = [new Desk(), new Model(), new Stack(tenant, await tenant.others())];
    for (const [name, resource] of oneBlueprint(5, 3)) {
      model.fleet.set(name, resource);
      model.names.add(name);
    }
    const { onTheWire = (same: Transport) => same } = circumstances;
    const wire = (transport: Transport): Transport => spread(onTheWire(transport));
    const settings = { ...circumstances, parallel: 32, latencyMs: 50, issue: desk.counted, onTheWire: wire };
    expect((await stack.up(model.fleet, settings)).failures).toEqual([]);
    await checkAlways(model, stack);
    await checkSettled(model, stack);
    return desk;
  }

  /** Batches are few. */
  const moment = fc
    .record({ at: fc.integer({ min: 1, max: 40 }), batched: fc.boolean() })
    .map(({ at, batched }) => ({ at: batched ? Math.ceil(at / 5) : at, batched }));

  it("is renewed before its end where both clocks agree", async () => {
    await fc.assert(
      fc.asyncProperty(moment, async ({ at, batched }) => {
        let requests = 0;
        const onTheWire =
          (transport: Transport): Transport =>
          (request) => {
            const answer = transport(request);
            // After the request was sent: those under way still bear a good token when they arrive.
            if (++requests === at) tenant.time.pass(hourMs - 200_000);
            return answer;
          };
        const desk = await deployed({ batched, onTheWire });
        expect(desk.renewals).toEqual([{ renew: false, claims: undefined }]);
      }),
      runs(4),
    );
  });

  it("is renewed once for all whom Graph refuses, when only Graph knows that it has ended", async () => {
    await fc.assert(
      fc.asyncProperty(moment, async ({ at, batched }) => {
        let requests = 0;
        // The machine slept: its own clock stood, and the tenant's went on.
        const time = new VirtualTime();
        const onTheWire =
          (transport: Transport): Transport =>
          (request) => {
            if (++requests === at) tenant.time.pass(hourMs);
            return transport(request);
          };
        const desk = await deployed({ batched, onTheWire, time });
        expect(desk.renewals).toEqual([{ renew: true, claims: undefined }]);
      }),
      runs(4),
    );
  });

  it("is renewed once, with the claims Graph asks for, when it is revoked", async () => {
    await fc.assert(
      fc.asyncProperty(moment, async ({ at, batched }) => {
        let requests = 0;
        const revoked = new Set<string>();
        const nbf = JSON.stringify({ access_token: { nbf: { essential: true, value: "1795262400" } } });
        const challenge = `Bearer realm="", error="insufficient_claims", claims="${Buffer.from(nbf).toString("base64")}"`;
        const onTheWire =
          (transport: Transport): Transport =>
          (request) => {
            const token = request.headers.get("authorization") ?? "";
            if (++requests === at) revoked.add(token);
            if (!revoked.has(token)) return transport(request);
            const error = { code: "InvalidAuthenticationToken", message: "Continuous access evaluation." };
            const headers = { "www-authenticate": challenge };
            return Promise.resolve(Response.json({ error }, { status: 401, headers }));
          };
        const desk = await deployed({ batched, onTheWire });
        expect(desk.renewals).toEqual([{ renew: true, claims: nbf }]);
      }),
      runs(4),
    );
  });
});
