import fc from "fast-check";
import { type Answer, NoAnswer } from "../../provider/graph/answer";
import { authentication } from "../../provider/graph/authentication";
import { EntraError } from "../../provider/graph/errors";
import { graphClient } from "../../provider/graph/graph-client";
import { type Handler, type Layer, layered } from "../../provider/graph/layer";
import { type PipelineRequest, planOf } from "../../provider/graph/request";
import { requestHeaders } from "../../provider/graph/request-headers";
import { type LogEntry, logged } from "../../provider/graph/request-log";
import { defaultRetryBudget, retries } from "../../provider/graph/retries";
import { QuotaScheduler } from "../../provider/graph/scheduler";
import { scheduled, usageReported } from "../../provider/graph/scheduling";
import { Tokens } from "../../provider/graph/tokens";
import { ManualClock } from "./manual-clock";
import { aToken, failureOf } from "./wire";

const origin = "https://graph.example";

const aRequest = (method = "GET", path = "/users/1"): PipelineRequest => ({
  ...planOf(method, path),
  ...{ method, url: `${origin}/v1.0${path}`, headers: {}, body: undefined, attempts: 0 },
});

const anAnswer = (status = 200, headers: Record<string, string> = {}): Answer => ({
  ...{ status, headers: new Headers(headers), text: '{"id":"1"}', json: { id: "1" } },
});

/** Answers in order, and keeps the headers of each attempt as they were then. */
function graph(...script: (Answer | Error)[]): { send: Handler; seen: Record<string, string>[] } {
  const seen: Record<string, string>[] = [];
  const send: Handler = (request) => {
    seen.push({ ...request.headers });
    const next = script.shift() ?? anAnswer();
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  return { send, seen };
}

describe("layers", () => {
  it("are passed from the first to the last on the way to Graph, and back in reverse", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 2 }), { maxLength: 8 }), async (repetitions) => {
        const trace: string[] = [];
        const layers = repetitions.map((times, index): Layer => async (_, next) => {
          trace.push(`> ${index}`);
          let answer = anAnswer();
          for (let left = times; left > 0; left--) answer = await next();
          trace.push(`< ${index}`);
          return answer;
        });
        await layered(layers, () => (trace.push("sent"), Promise.resolve(anAnswer())))(aRequest());

        // The same, as nested loops would do it.
        const expected = (index: number): string[] => {
          const times = repetitions[index];
          if (times === undefined) return ["sent"];
          return [`> ${index}`, ...Array.from({ length: times }, () => expected(index + 1)).flat(), `< ${index}`];
        };
        expect(trace).toEqual(expected(0));
      }),
    );
  });
});

describe("each layer by itself", () => {
  it("request headers: the caller's stay, and those of the package are added", async () => {
    const { send, seen } = graph();
    const request = { ...aRequest(), headers: { ConsistencyLevel: "eventual" } };
    await layered([requestHeaders()], send)(request);
    expect(seen).toEqual([
      {
        ConsistencyLevel: "eventual",
        "OData-Version": "4.0",
        Accept: "application/json;odata.metadata=minimal",
        "User-Agent": expect.stringMatching(/^pulumi-entra-agent-id\//) as string,
        "client-request-id": request.clientRequestId,
      },
    ]);
  });

  it("retries: a read is sent again until it is answered, a create whose answer was lost is not", async () => {
    const clock = new ManualClock();
    const layer = retries(clock, new QuotaScheduler(clock), { ...defaultRetryBudget, random: () => 0.5 });
    const lost = () => new NoAnswer("the connection failed", true, undefined);
    const read = graph(lost(), anAnswer(503), anAnswer());
    expect((await layered([layer], read.send)(aRequest())).status).toBe(200);
    expect(read.seen.length).toBe(3);
    const create = graph(lost());
    expect(await failureOf(layered([layer], create.send)(aRequest("POST", "/users")))).toEqual({
      code: "ANSWER_LOST",
      message: "the connection failed",
    });
    expect(create.seen.length).toBe(1);
  });

  it("scheduling: a request is sent when the scheduler starts it, and Graph's used share is reported to it", async () => {
    const clock = new ManualClock();
    const reports: unknown[] = [];
    const scheduler = new QuotaScheduler(clock, { concurrency: 1 });
    scheduler.nearLimit = (...report) => void reports.push(report);
    const layers = [scheduled(scheduler), usageReported(scheduler, clock)];
    let underWay = 0;
    const send: Handler = async () => {
      expect(++underWay).toBe(1);
      await clock.wait(1_000);
      underWay--;
      return anAnswer(200, clock.waits.length === 1 ? { "x-ms-throttle-limit-percentage": "0.9" } : {});
    };
    const start = clock.now();
    const requests = [aRequest(), aRequest()];
    await Promise.all(requests.map(layered(layers, send)));
    expect(reports).toEqual([[requests[0]?.spec, 0.9, start]]);
  });

  it("authentication: a refused token is replaced once", async () => {
    const issued = [await aToken(), await aToken(), await aToken()];
    const clock = new ManualClock();
    let next = 0;
    const tokens = new Tokens(
      () => Promise.resolve(issued[next++] ?? ""),
      () => undefined,
      clock,
    );
    const { send, seen } = graph(anAnswer(401), anAnswer(401));
    expect((await layered([authentication(tokens)], send)(aRequest())).status).toBe(401);
    expect(seen).toEqual(issued.slice(0, 2).map((token) => ({ Authorization: `Bearer ${token}` })));
  });

  it("request log: every attempt that was sent has a line, with the number of the attempt", async () => {
    const lines: LogEntry[] = [];
    const { send } = graph(
      new NoAnswer("the connection failed", true, undefined),
      anAnswer(200, { "request-id": "r" }),
    );
    const clock = new ManualClock();
    const handle = layered([logged((line) => void lines.push(line), clock)], async (request) => {
      clock.pass(20);
      return send(request);
    });
    const request = aRequest();
    await expect(handle(request)).rejects.toThrow("the connection failed");
    await handle(request);
    const line = {
      ...{ method: "GET", path: "/v1.0/users/{id}", clientRequestId: request.clientRequestId, ms: 20 },
    };
    expect(lines).toEqual([
      { ...line, at: "2026-11-21T12:00:00.000Z", status: 0, requestId: "", attempt: 1 },
      { ...line, at: "2026-11-21T12:00:00.020Z", status: 200, requestId: "r", attempt: 2 },
    ]);
  });
});

describe("Microsoft's Graph client", () => {
  it("hands each request to the layers as it will be sent, and their answer back", async () => {
    const seen: PipelineRequest[] = [];
    const ask = graphClient(origin, (request) => {
      seen.push(request);
      const json = { id: "2", "@odata.context": `${origin}/v1.0/$metadata` };
      return Promise.resolve({ ...anAnswer(201), json });
    });
    const options = { version: "beta", headers: { Prefer: "return=minimal" }, serial: "one" } as const;
    expect(await ask("POST", "/users?$select=id", { name: "ä" }, options)).toEqual({
      id: "2",
      "@odata.context": `${origin}/v1.0/$metadata`,
    });
    expect(seen).toEqual([
      {
        ...{ method: "POST", url: `${origin}/beta/users?$select=id`, body: '{"name":"ä"}', kind: "once", attempts: 0 },
        headers: { Prefer: "return=minimal", "Content-Type": "application/json" },
        spec: { workload: "directory", cost: { units: 1, writes: 1 }, rank: 3, serial: "one" },
        clientRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      },
    ]);
  });

  it.each([
    [200, { value: [] }, { value: [] }],
    [202, undefined, undefined],
    [204, undefined, undefined],
  ])("returns the parsed body of %d, or nothing", async (status, json, returned) => {
    const ask = graphClient(origin, () => Promise.resolve({ ...anAnswer(status), json, text: "" }));
    expect((await ask("PATCH", "/users/1", {})) ?? undefined).toEqual(returned);
  });

  it("throws what a layer threw, the very same error", async () => {
    const thrown = new EntraError("THROTTLED", "Graph said so", { answer: { status: 429, code: "x", requestId: "r" } });
    const ask = graphClient(origin, () => Promise.reject(thrown));
    await expect(ask("GET", "/users/1")).rejects.toBe(thrown);
  });

  it("makes an EntraError of every other failure and keeps the cause", async () => {
    const bug = new TypeError("x is not a function");
    await expect(graphClient(origin, () => Promise.reject(bug))("GET", "/users/1")).rejects.toMatchObject({
      code: "UNEXPECTED_ANSWER",
      message: "x is not a function",
      cause: bug,
    });
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    const sent = jest.fn<Promise<Answer>, [PipelineRequest]>();
    expect(await failureOf(graphClient(origin, sent)("POST", "/users", circular))).toEqual({
      code: "UNEXPECTED_ANSWER",
      message: "Unable to stringify the content",
    });
    expect(sent).not.toHaveBeenCalled();
  });
});
