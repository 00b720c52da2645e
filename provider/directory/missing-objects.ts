/** Objects of the directory that something refers to by their ids, and that are not there: asked at preview. */
import type { Referent } from "../engine/lifecycle";
import { RunMemory } from "../engine/run/run-memory";
import { EntraError, undefinedWhenGone } from "../graph/errors";
import type { Tenant } from "../graph/tenant";

type Collection = "servicePrincipals" | "users" | "groups";

const known = new RunMemory<boolean>((isThere) => isThere);

/** What may not be asked is left to the write. */
const isThere = (tenant: Tenant, path: string): Promise<boolean> =>
  known.of(tenant, path, async () => {
    try {
      return (await tenant.get(`${path}?$select=id`).catch(undefinedWhenGone)) !== undefined;
    } catch (error) {
      if (error instanceof EntraError && error.code === "FORBIDDEN") return true;
      throw error;
    }
  });

/** @param what must stand there, as a phrase: "must be the object id of an agent identity" */
export const missingIn =
  (collection: Collection, what: string): Referent =>
  async (tenant, id) =>
    (await isThere(tenant, `/${collection}/${encodeURIComponent(id)}`))
      ? undefined
      : `${what}: there is no "${id}" in ${tenant.name}. Correct the id. If a resource of this program makes it and somebody deleted it, run \`pulumi refresh\``;
