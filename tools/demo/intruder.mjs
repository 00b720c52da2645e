// @ts-check
/** Somebody in the admin centre: changes made in the embedded tenant through Graph, not through Pulumi. */
import { parseJson } from "../json.mjs";
import { openTenant } from "./embedded-tenant.mjs";

export class Intruder {
  /** @param {string} directory */
  constructor(directory) {
    this.tenant = openTenant(directory);
  }

  /** @param {string} method @param {string} address below /beta @param {object} [body] @returns {Promise<unknown>} */
  async graph(method, address, body) {
    const response = await this.tenant.handle(
      new Request(`https://graph.microsoft.com/beta${address}`, {
        method,
        headers: {
          authorization: `Bearer ${await this.tenant.token()}`,
          "content-type": "application/json",
          "odata-version": "4.0",
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${address} answered ${response.status}: ${text}`);
    return text === "" ? undefined : parseJson(text);
  }

  /** @param {string} id the demo's own agent: the tenant may hold others of the same name @param {import("./story.mjs").Intrusion} intrusion */
  async act(id, { newName, sponsor }) {
    const address = `/servicePrincipals/${id}/microsoft.graph.agentIdentity`;
    await this.graph("PATCH", address, { displayName: newName });
    const person = /** @type {{ id: string }} */ (await this.graph("GET", `/users/${sponsor}`));
    await this.graph("DELETE", `${address}/sponsors/${person.id}/$ref`);
  }

  close() {
    this.tenant.close();
  }
}
