// @ts-check
/** `npm run clients`: brings every client that this machine has the language of. Tests of the others say that they skip. */
import { clients, ensureClient } from "./clients.mjs";

for (const client of clients) {
  const failed = await ensureClient(client, console.log);
  console.log(failed ?? `The client ${client} is there.`);
}
