import fc from "fast-check";
import { markerIn, markerOf, markerTagPrefix } from "../../provider/engine/marker";
import type { Tenant } from "../../provider/graph/tenant";
import { deleteSoftly, purge } from "./deletion";
import { anOwner, aTag, theirTag } from "./their-additions";
import { amara, asSet, changeSponsors, diego, idOf, johanna, nestor, peopleAt, somePeople, usersAt } from "./people";
import { aSpecimen, type Seen } from "./specimen";

interface Wish {
  readonly displayName: string;
  readonly sponsors: readonly string[];
  readonly owners?: readonly string[] | undefined;
  readonly description?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Makes a uniqueName of the program's own. @default the name made of the marker */
  readonly edition?: number | undefined;
}

interface Blueprint {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly description: string | null;
  readonly uniqueName: string | null;
  readonly tags: readonly string[];
}

const kind = "AgentIdentityBlueprint";
const cast = "microsoft.graph.agentIdentityBlueprint";

/** A program that leaves a uniqueName out keeps the one that the object has: so it is this one that always leaves it out. */
const plain = "blueprint0";

const uniqueName = (name: string, { edition }: Wish): string | undefined =>
  edition === undefined || name === plain ? undefined : `team-${name}-${edition}`;

const first: Wish = {
  displayName: "Payroll agents",
  sponsors: [diego, johanna],
  owners: [amara],
  description: "Answers questions about payslips",
  tags: ["cost-center-42", "payroll"],
  edition: 1,
};

export const specimen = aSpecimen<Wish>({
  kind,
  stem: "blueprint",
  called: "payroll",
  parents: [],
  least: { displayName: "Payroll agents", sponsors: [diego] },
  first,
  changed: {
    ...first,
    displayName: "Payroll and tax agents",
    sponsors: [diego, nestor],
    owners: [johanna],
    description: "Answers questions about taxes",
    tags: ["cost-center-42", "tax"],
  },
  replaced: { ...first, edition: 2 },
  wishes: fc.record({
    displayName: fc.constantFrom("Payroll agents", "Travel agents", "Invoice agents"),
    sponsors: somePeople,
    owners: fc.option(somePeople, { nil: undefined }),
    description: fc.option(fc.constantFrom("", "Answers mail"), { nil: undefined }),
    edition: fc.integer({ min: 0, max: 2 }),
  }),
  key: ["edition"],
  args: (name, { edition, ...wish }) => ({ ...wish, uniqueName: uniqueName(name, { ...wish, edition }) }),
  async seen(tenant) {
    const all = await tenant.list<Blueprint>(`/applications/${cast}`);
    return Promise.all(
      all.map(async (blueprint): Promise<Seen> => {
        const seen = seenOf(blueprint);
        const [sponsors, owners] = [`${seen.path}/sponsors`, `${seen.path}/owners`];
        const people = { sponsors: await peopleAt(tenant, sponsors), owners: await usersAt(tenant, owners) };
        return { ...seen, content: { ...seen.content, ...people } };
      }),
    );
  },
  content: (name, wish) => ({
    displayName: wish.displayName,
    sponsors: asSet(wish.sponsors),
    owners: asSet(wish.owners),
    description: wish.description,
    tags: asSet(wish.tags),
    uniqueName: uniqueName(name, wish) ?? `agentid-${markerOf(`urn:${name}`, "")}`,
  }),
  deleted: {
    seen: async (tenant: Pick<Tenant, "list">) =>
      (await tenant.list<Blueprint & { "@odata.type"?: string }>("/directory/deletedItems/microsoft.graph.application"))
        .filter((application) => application["@odata.type"] === `#${cast}`)
        .map(seenOf),
    knownBy: "uniqueName",
  },
  comesBack: true,
  edits: {
    rename: { act: (tenant, { path }) => tenant.patch(path, { displayName: "Renamed by hand" }) },
    "change the sponsors of": changeSponsors,
    "delete softly": deleteSoftly,
    purge,
  },
  async lookalike(tenant) {
    const { displayName, description, tags } = first;
    const marker = `${markerTagPrefix}${kind}:${markerOf("urn:of-another-stack", "")}`;
    const body = {
      ...{ displayName, description, tags: [...(tags ?? []), marker] },
      "sponsors@odata.bind": [tenant.url(`/users/${await idOf(tenant, diego)}`)],
    };
    const { id, appId } = await tenant.post<Blueprint>(`/applications/${cast}`, body);
    return { id: appId, objectId: id };
  },
  neighbours: {
    "a tag": aTag,
    "an owner": anOwner,
    "a credential": {
      async add(tenant, { path }, name) {
        const body = { name, issuer: "https://their.example", subject: name, audiences: ["api://their-audience"] };
        return { object: (await tenant.post<{ id: string }>(`${path}/federatedIdentityCredentials`, body)).id };
      },
    },
  },
  impossible: {
    "renamed without an alias": {
      why: "its uniqueName stays reserved by the deleted blueprint, which has the marker of the old name",
    },
  },
});

function seenOf({ id, appId, displayName, description, uniqueName, tags }: Blueprint): Seen {
  return {
    id: appId,
    objectId: id,
    path: `/applications/${id}/${cast}`,
    marker: markerIn(kind, tags),
    // No description and an empty one are the same to who reads it.
    content: {
      displayName,
      description: description ?? "",
      uniqueName,
      tags: asSet(tags.filter((tag) => !tag.startsWith(markerTagPrefix) && !tag.startsWith(theirTag))),
    },
  };
}
