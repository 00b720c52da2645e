import fc from "fast-check";
import { markerIn } from "../../provider/engine/marker";
import { microsoftGraph } from "../../provider/permissions/permission-grant";
import { deleteSoftly, purge } from "./deletion";
import { aConsentElsewhere, aConsentOfOnePerson, anAppRoleElsewhere, anOwner, aTag } from "./their-additions";
import { amara, asSet, changeSponsors, diego, idOf, johanna, nestor, peopleAt, somePeople } from "./people";
import { aSpecimen, type Seen } from "./specimen";

interface Wish {
  readonly displayName: string;
  readonly sponsors: readonly string[];
  readonly owners?: readonly string[] | undefined;
  readonly enabled?: boolean;
}

interface Identity {
  readonly id: string;
  readonly displayName: string;
  readonly agentIdentityBlueprintId: string;
  readonly accountEnabled: boolean;
  readonly tags: readonly string[];
  readonly "@odata.type"?: string;
}

const kind = "AgentIdentity";
/** The blueprint's principal: an identity names the blueprint, and needs its principal. */
const parent = "AgentIdentityBlueprintPrincipal";
const cast = "microsoft.graph.agentIdentity";

export const specimen = aSpecimen<Wish>({
  kind,
  stem: "agent",
  called: "helper",
  parents: [parent],
  least: { displayName: "Payslip helper", sponsors: [diego] },
  first: { displayName: "Payslip helper", sponsors: [johanna], owners: [diego], enabled: true },
  changed: { displayName: "Payslip and tax helper", sponsors: [nestor], owners: [amara], enabled: false },
  sibling: { displayName: "Payroll auditor", sponsors: [nestor] },
  wishes: fc.record({
    displayName: fc.constantFrom("Payslip helper", "Travel desk", "Invoice reader"),
    sponsors: somePeople,
    owners: fc.option(somePeople, { nil: undefined }),
    enabled: fc.boolean(),
  }),
  key: [],
  args: (_name, { displayName, ...wish }, of) => ({
    displayName,
    blueprintId: of(parent).outputs["blueprintId"],
    ...wish,
  }),
  async seen(tenant) {
    const all = await tenant.list<Identity>(`/servicePrincipals/${cast}`);
    return Promise.all(
      all.map(async (identity): Promise<Seen> => {
        const seen = seenOf(identity);
        const [sponsors, owners] = [`${seen.path}/sponsors`, `${seen.path}/owners`];
        const people = { sponsors: await peopleAt(tenant, sponsors), owners: await peopleAt(tenant, owners) };
        return { ...seen, content: { ...seen.content, ...people } };
      }),
    );
  },
  content: (_name, { displayName, sponsors, owners, enabled = true }, of) => ({
    displayName,
    sponsors: asSet(sponsors),
    owners: asSet(owners),
    accountEnabled: enabled,
    agentIdentityBlueprintId: of(parent).content["appId"],
  }),
  deleted: {
    seen: async (tenant) =>
      (await tenant.list<Identity>("/directory/deletedItems/microsoft.graph.servicePrincipal"))
        .filter((one) => one["@odata.type"] === `#${cast}`)
        .map(seenOf),
    knownBy: "agentIdentityBlueprintId",
  },
  edits: {
    rename: { act: (tenant, { path }) => tenant.patch(path, { displayName: "Renamed by hand" }) },
    disable: { act: (tenant, { path }) => tenant.patch(path, { accountEnabled: false }) },
    "change the sponsors of": changeSponsors,
    "delete softly": deleteSoftly,
    purge,
  },
  async lookalike(tenant, of) {
    const { id } = await tenant.post<Identity>(`/servicePrincipals/${cast}`, {
      displayName: "Payslip helper",
      agentIdentityBlueprintId: of("AgentIdentityBlueprint").id,
      "sponsors@odata.bind": [tenant.url(`/users/${await idOf(tenant, johanna)}`)],
    });
    return { id };
  },
  neighbours: {
    "a tag": aTag,
    "an owner": anOwner,
    "a consent of one person": aConsentOfOnePerson(microsoftGraph),
    "a consent at another API": aConsentElsewhere,
    "an app role at another API": anAppRoleElsewhere,
  },
});

const seenOf = ({ id, displayName, agentIdentityBlueprintId, accountEnabled, tags }: Identity): Seen => ({
  id,
  path: `/servicePrincipals/${id}/${cast}`,
  marker: markerIn(kind, tags),
  content: { displayName, agentIdentityBlueprintId, accountEnabled },
});
