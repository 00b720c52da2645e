import { channel } from "node:diagnostics_channel";
import { EventEmitter } from "node:events";
import { openTenant } from "../../../../emulator/tenant";
import { conditionalAccessPolicy } from "../../../../provider/conditional-access/conditional-access-policy";
import { whenCancelled } from "../../../../provider/engine/pulumi/cancellation";
import { Driver } from "../../../../provider/engine/life/driver";
import { dynamicProvider } from "../../../../provider/engine/pulumi/dynamic";
import { runIn } from "../../../../provider/engine/run/run";
import { connection } from "../../../../provider/graph/connection";
import { ManualClock } from "../../../graph/manual-clock";

const provider = ["node", "/x/cmd/dynamic-provider/index.js", "127.0.0.1:1"];

describe("a run is cancelled", () => {
  it("by the engine's Cancel call on its way in, and by an interrupt", () => {
    const heard: string[] = [];
    const signals = new EventEmitter();
    whenCancelled(
      () => void heard.push("cancelled"),
      () => void heard.push("interrupted"),
      provider,
      signals as unknown as NodeJS.Process,
    );
    const streams = channel("http2.server.stream.created");
    streams.publish({ headers: { ":path": "/pulumirpc.ResourceProvider/Create" } });
    expect(heard).toEqual([]);
    streams.publish({ headers: { ":path": "/pulumirpc.ResourceProvider/Cancel" } });
    expect(heard).toEqual(["cancelled"]);
    signals.emit("SIGINT");
    expect(heard).toEqual(["cancelled", "cancelled", "interrupted"]);
  });

  it("in a dynamic provider process only", () => {
    const signals = new EventEmitter();
    whenCancelled(
      () => undefined,
      () => undefined,
      ["node", "/x/program.js"],
      signals as unknown as NodeJS.Process,
    );
    expect(signals.eventNames()).toEqual([]);
  });
});

describe("a cancelled run", () => {
  it("lets the request that is under way finish, keeps what it made, and sends nothing more", async () => {
    const emulated = openTenant({ memory: true });
    const cancel = new AbortController();
    const sent: string[] = [];
    const tenant = await connection(
      {
        name: "the tenant",
        origin: "https://graph.microsoft.com",
        transport: async (request) => {
          sent.push(request.method);
          const answer = await emulated.handle(request);
          if (request.method === "POST") cancel.abort();
          return answer;
        },
        issue: () => emulated.token(),
      },
      { clock: new ManualClock(), cancelled: cancel.signal },
    );
    const engine = dynamicProvider(
      conditionalAccessPolicy,
      new Driver(
        conditionalAccessPolicy,
        runIn(() => Promise.resolve(tenant)),
      ),
    );
    const news = {
      ...{ displayName: "Block", marker: "aaaabbbbccccdddd", state: "enabled", __provider: "text" },
      conditions: {
        clientApplications: { includeAgentIdServicePrincipals: ["All"] },
        applications: { includeApplications: ["All"] },
      },
    };
    const { inputs } = await engine.check({}, news);
    await expect(engine.create({ ...inputs, __provider: "text" })).rejects.toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      message: expect.stringMatching(
        /^cannot finish Conditional Access policy "Block": the run was cancelled before this request was sent\. It was created and is in the state as [0-9a-f-]{36}: run `pulumi up` again, and it continues from there\.$/,
      ) as string,
      properties: { __provider: "text", marker: "aaaabbbbccccdddd" },
    });
    expect(sent).toEqual(["GET", "POST"]);
  });
});
