import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { whenEngineIsGone } from "../../../../provider/engine/pulumi/engine-channel";

/** Stands for the CLI: what a provider process gets to know of it is an address. */
async function anEngine(): Promise<{ server: Server; argv: string[]; connected: () => Promise<Socket> }> {
  const server = createServer((socket) => socket.resume().write("a greeting")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    server,
    argv: ["node", "/pulumi/cmd/dynamic-provider/index.js", `127.0.0.1:${port}`],
    connected: async () => ((await once(server, "connection")) as [Socket])[0],
  };
}

describe("a provider's watch on its engine", () => {
  it("notices when the engine is gone, and stays while it only ended the connection", async () => {
    const { server, argv, connected } = await anEngine();
    let isGone = false;
    const told = new Promise<void>((resolve) =>
      whenEngineIsGone(() => {
        isGone = true;
        resolve();
      }, argv),
    );
    (await connected()).destroy();
    const second = await connected();
    expect(isGone).toBe(false);

    server.close();
    second.destroy();
    await told;
  });

  it("notices when the engine was gone already at the first call", async () => {
    const { server, argv } = await anEngine();
    server.close();
    await once(server, "close");
    await new Promise<void>((resolve) => whenEngineIsGone(resolve, argv));
  });

  it("is kept by provider processes only: a program and a test are left alone", async () => {
    const { server, argv } = await anEngine();
    let connections = 0;
    server.on("connection", () => connections++);
    whenEngineIsGone(() => undefined, ["node", "program.js", argv[2] ?? ""]);
    whenEngineIsGone(() => undefined, ["node", argv[1] ?? ""]);
    server.close();
    await once(server, "close");
    expect(connections).toBe(0);
  });
});
