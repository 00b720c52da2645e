import fc from "fast-check";
import { markerIn } from "../../provider/engine/marker";
import { deleteSoftly } from "./deletion";
import { anAppRoleElsewhere, aTag } from "./their-additions";
import { aSpecimen, type Seen } from "./specimen";

interface Wish {
  readonly enabled?: boolean;
}

interface Principal {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly accountEnabled: boolean;
  readonly tags: readonly string[];
  readonly "@odata.type"?: string;
}

const kind = "AgentIdentityBlueprintPrincipal";
const parent = "AgentIdentityBlueprint";
const cast = "microsoft.graph.agentIdentityBlueprintPrincipal";

export const specimen = aSpecimen<Wish>({
  kind,
  stem: "principal",
  called: "payroll",
  parents: [parent],
  onePerParent: true,
  least: {},
  first: { enabled: true },
  changed: { enabled: false },
  wishes: fc.record({ enabled: fc.boolean() }),
  key: [],
  args: (_name, wish, of) => ({ blueprintId: of(parent).id, ...wish }),
  seen: async (tenant) => (await tenant.list<Principal>(`/servicePrincipals/${cast}`)).map(seenOf),
  content: (_name, { enabled = true }, of) => ({
    appId: of(parent).id,
    accountEnabled: enabled,
    displayName: of(parent).content["displayName"],
  }),
  deleted: {
    seen: async (tenant) =>
      (await tenant.list<Principal>("/directory/deletedItems/microsoft.graph.servicePrincipal"))
        .filter((one) => one["@odata.type"] === `#${cast}`)
        .map(seenOf),
    knownBy: "appId",
  },
  comesBack: true,
  edits: {
    disable: { act: (tenant, { path }) => tenant.patch(path, { accountEnabled: false }) },
    "delete softly": deleteSoftly,
  },
  async lookalike(tenant, of) {
    const { id } = await tenant.post<Principal>(`/servicePrincipals/${cast}`, { appId: of(parent).id });
    return { id };
  },
  neighbours: { "a tag": aTag, "an app role at another API": anAppRoleElsewhere },
  impossible: {
    "renamed without an alias": { why: "the identities of the blueprint are deleted with their principal" },
  },
});

const seenOf = ({ id, appId, displayName, accountEnabled, tags }: Principal): Seen => ({
  id,
  path: `/servicePrincipals/${id}/${cast}`,
  marker: markerIn(kind, tags),
  parent: appId,
  content: { appId, accountEnabled, displayName },
});
