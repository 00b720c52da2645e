/**
 * Ctrl-C. The engine starts no further step, asks its providers by the Cancel RPC to come to an end and waits for the
 * steps under way; a second Ctrl-C interrupts the providers and kills them five seconds later.
 *
 * Pulumi's dynamic provider answers the RPC and does nothing, so it is seen on its way in. From then on no request is sent
 * any more: a step that waits for a quota fails at once, one whose request is under way keeps in the state what it made.
 */
import { subscribe } from "node:diagnostics_channel";

/** Published by Node.js 24; an older one sees only the interrupt. */
const streamChannel = "http2.server.stream.created";

/** Path of pulumirpc.ResourceProvider/Cancel on the wire. */
const cancelPath = "/pulumirpc.ResourceProvider/Cancel";

/**
 * Calls `cancelled` when the engine says that the run is over. Outside a dynamic provider process nothing happens.
 *
 * @param interrupted called for each SIGINT and SIGTERM in addition: the engine sends them at its end, too
 */
export function whenCancelled(
  cancelled: () => void,
  interrupted: () => void,
  [, script] = process.argv,
  signals: Pick<NodeJS.Process, "on"> = process,
): void {
  if (!script?.includes("dynamic-provider")) return;
  subscribe(streamChannel, (message) => {
    const { headers } = message as { readonly headers?: Readonly<Record<string, unknown>> };
    if (headers?.[":path"] === cancelPath) cancelled();
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    signals.on(signal, () => {
      cancelled();
      interrupted();
    });
  }
}
