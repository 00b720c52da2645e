import fc from "fast-check";
import { aSpecimen } from "./specimen";

interface Wish {
  /** Part of its name in Graph. */
  readonly edition: number;
  readonly branch: string;
}

interface Credential {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
}

const parent = "AgentIdentityBlueprint";
const cast = "microsoft.graph.agentIdentityBlueprint";
const issuer = "https://token.actions.githubusercontent.com";

const nameOf = (name: string, { edition }: Wish): string => (edition === 0 ? name : `${name}-${edition}`);
const subjectOf = (name: string, { branch }: Wish): string => `repo:contoso/${name}:ref:refs/heads/${branch}`;

const first: Wish = { edition: 0, branch: "main" };

export const specimen = aSpecimen<Wish>({
  kind: "FederatedIdentityCredential",
  stem: "credential",
  called: "github",
  parents: [parent],
  least: first,
  first,
  changed: { ...first, branch: "release" },
  replaced: { ...first, edition: 1 },
  wishes: fc.record({ edition: fc.integer({ min: 0, max: 2 }), branch: fc.constantFrom("main", "release", "next") }),
  key: ["edition"],
  args: (name, wish, of) => ({
    blueprintId: of(parent).id,
    name: nameOf(name, wish),
    issuer,
    subject: subjectOf(name, wish),
  }),
  async seen(tenant) {
    const blueprints = await tenant.list<{ id: string; appId: string }>(`/applications/${cast}?$select=id,appId`);
    const found = blueprints.map(async ({ id, appId }) => {
      const path = `/applications/${id}/${cast}/federatedIdentityCredentials`;
      const all = await tenant.list<Credential>(path);
      return all.map(({ id: own, name, issuer, subject }) => ({
        id: `${appId}/${name}`,
        path: `${path}/${own}`,
        parent: appId,
        content: { issuer, subject },
      }));
    });
    return (await Promise.all(found)).flat();
  },
  content: (name, wish) => ({ issuer, subject: subjectOf(name, wish) }),
  idOf: (name, wish, of) => `${of(parent).id}/${nameOf(name, wish)}`,
  comesBackWith: parent,
  edits: { delete: { act: (tenant, { path }) => tenant.delete(path) } },
  async lookalike(tenant, of) {
    const path = `/applications/${of(parent).objectId ?? ""}/${cast}/federatedIdentityCredentials`;
    const subject = subjectOf("credential", first);
    const body = { name: "credential", issuer, subject, audiences: ["api://their-audience"] };
    return { id: (await tenant.post<Credential>(path, body)).id };
  },
  impossible: {
    "the state is lost and the program has changed since": {
      why: "it has no place for a marker: one with another issuer or subject than declared may be somebody else's",
      says: /it has another issuer, subject or audience than this resource/,
    },
  },
});
