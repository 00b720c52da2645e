/**
 * The engine that started this provider process. When the CLI is killed, the operating system leaves its providers
 * running, 130 MB each; this one ends with it, once the write that is under way is done.
 */
import { createRequire } from "node:module";
import type * as Grpc from "@grpc/grpc-js";

/** Milliseconds until a channel that broke counts as gone. */
const reconnectMs = 5_000;

/** Calls `gone` once, when the engine does not answer any more. Outside a dynamic provider process nothing happens. */
export function whenEngineIsGone(gone: () => void, [, script, address] = process.argv): void {
  if (!script?.includes("dynamic-provider") || !address) return;
  const grpc = pulumisGrpc();
  if (!grpc) return;
  const { Client, credentials, connectivityState } = grpc;
  const client = new Client(address, credentials.createInsecure());
  const watch = (): void => {
    client.waitForReady(Date.now() + reconnectMs, (failure) => {
      if (failure) {
        gone();
        return;
      }
      client.getChannel().watchConnectivityState(connectivityState.READY, Infinity, watch);
    });
  };
  watch();
}

/** Pulumi's SDK brings gRPC; asking for it from there finds it under every package manager. */
function pulumisGrpc(): typeof Grpc | undefined {
  try {
    return createRequire(require.resolve("@pulumi/pulumi/package.json"))("@grpc/grpc-js") as typeof Grpc;
  } catch {
    // Ending with the engine is a convenience: where the SDK is laid out otherwise, work goes on without it.
    return undefined;
  }
}
