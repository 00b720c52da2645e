/** What a person changes in a program. */
import fc from "fast-check";
import { type Fleet, type Resource, withDependents } from "./fleet";
import { declaring, type StackCommand } from "./operations";
import type { Model } from "./stack";

const people = ["diego.siciliani@contoso.com", "johanna.lorenz@contoso.com", "amara.okafor@contoso.com"];
const some = (from: readonly string[], minLength: number) => fc.subarray([...from], { minLength });

/** What a resource can be made of; `parent` is a number that stands for any of those that fit. */
const wishes = fc.record({
  displayName: fc.constantFrom("Payslip helper", "Travel desk", "Invoice reader"),
  sponsors: some(people, 1),
  owners: fc.option(some(people, 1), { nil: undefined }),
  description: fc.option(fc.constantFrom("", "Answers mail"), { nil: undefined }),
  enabled: fc.boolean(),
  edition: fc.integer({ min: 0, max: 2 }),
  subject: fc.integer({ min: 0, max: 2 }),
  application: some(["User.Read.All", "Group.Read.All", "AuditLog.Read.All"], 1),
  delegated: some(["Mail.Read", "User.Read", "Files.Read"], 0),
  state: fc.constantFrom("enabled" as const, "disabled" as const, "enabledForReportingButNotEnforced" as const),
  parent: fc.nat(),
});

type Wishes = typeof wishes extends fc.Arbitrary<infer Wish> ? Wish : never;

const letters: Readonly<Record<Resource["kind"], string>> = {
  AgentIdentityBlueprint: "blueprint",
  AgentIdentityBlueprintPrincipal: "principal",
  AgentIdentity: "agent",
  FederatedIdentityCredential: "credential",
  PermissionGrant: "grant",
  ConditionalAccessPolicy: "policy",
};

/** Most of a kind at a time: few, so that names, keys and deleted objects meet again. */
const most = 3;

const freeName = (fleet: Fleet, kind: Resource["kind"]): string | undefined =>
  Array.from({ length: most }, (_, index) => `${letters[kind]}${index}`).find((name) => !fleet.has(name));

const namesOf = (fleet: Fleet, kind: Resource["kind"]): string[] =>
  [...fleet].filter(([, resource]) => resource.kind === kind).map(([name]) => name);

const oneOf = (names: readonly string[], number: number): string | undefined => names[number % names.length];

/**
 * Its uniqueName is the default. The others have names of their own: a program that leaves a uniqueName out keeps the one
 * that the object has.
 */
const plainBlueprint = "blueprint0";

/** The resource as the wishes say; undefined when it has nothing to hang from. */
function resourceOf(
  name: string | undefined,
  kind: Resource["kind"],
  { fleet, leaving }: Readonly<Model>,
  wish: Wishes,
): Resource | undefined {
  const { displayName, sponsors, owners, description, enabled, edition, subject, application, delegated } = wish;
  const others = [...fleet, ...leaving].flatMap(([other, one]) => (other === name ? [] : one));
  switch (kind) {
    case "AgentIdentityBlueprint":
      return {
        kind,
        displayName,
        sponsors,
        owners,
        description,
        edition: name === plainBlueprint ? undefined : edition,
      };
    case "AgentIdentityBlueprintPrincipal": {
      const taken = others.flatMap((one) => (one.kind === kind ? one.blueprint : []));
      const free = namesOf(fleet, "AgentIdentityBlueprint").filter((name) => !taken.includes(name));
      const blueprint = oneOf(free, wish.parent);
      return blueprint === undefined ? undefined : { kind, blueprint, enabled };
    }
    case "AgentIdentity": {
      const principal = oneOf(namesOf(fleet, "AgentIdentityBlueprintPrincipal"), wish.parent);
      return principal === undefined ? undefined : { kind, principal, displayName, sponsors, owners, enabled };
    }
    case "FederatedIdentityCredential": {
      const blueprint = oneOf(namesOf(fleet, "AgentIdentityBlueprint"), wish.parent);
      return blueprint === undefined ? undefined : { kind, blueprint, edition, subject };
    }
    case "PermissionGrant": {
      const taken = others.flatMap((one) => (one.kind === kind ? one.identity : []));
      const free = namesOf(fleet, "AgentIdentity").filter((name) => !taken.includes(name));
      const identity = oneOf(free, wish.parent);
      return identity === undefined ? undefined : { kind, identity, application, delegated };
    }
    case "ConditionalAccessPolicy":
      return { kind, displayName, state: wish.state };
  }
}

/**
 * Credentials and grants have no place for a marker. After a run that was cut off they are known by their content, so a
 * person brings the run to its end before changing them; otherwise the product stops and says so, which is tested elsewhere.
 * So does one who brought something back.
 */
function maySettleLater({ drifted, broken, fleet, restored }: Readonly<Model>, names: Iterable<string>): boolean {
  return [...names].every((name) => {
    const kind = fleet.get(name)?.kind;
    const unmarked = kind === "FederatedIdentityCredential" || kind === "PermissionGrant";
    return !restored.has(name) && !(unmarked && (drifted || broken));
  });
}

const kinds = Object.keys(letters) as Resource["kind"][];

function declare(model: Model, kind: Resource["kind"], wish: Wishes): void {
  const name = freeName(model.fleet, kind);
  const resource = resourceOf(name, kind, model, wish);
  if (name === undefined || !resource) return;
  model.fleet.set(name, resource);
  model.names.add(name);
}

const add = fc.record({ kind: fc.constantFrom(...kinds), wish: wishes }).map(({ kind, wish }) =>
  declaring(
    `declare ${kind} ${JSON.stringify(wish)}`,
    (model) =>
      freeName(model.fleet, kind) !== undefined &&
      resourceOf(freeName(model.fleet, kind), kind, model, wish) !== undefined &&
      (!["FederatedIdentityCredential", "PermissionGrant"].includes(kind) || !(model.drifted || model.broken)),
    (model) => {
      declare(model, kind, wish);
    },
  ),
);

const wholeKind: readonly Resource["kind"][] = [
  "AgentIdentityBlueprint",
  "AgentIdentityBlueprintPrincipal",
  "AgentIdentity",
  "AgentIdentity",
  "FederatedIdentityCredential",
  "PermissionGrant",
];

/** A whole agent kind at once: a blueprint, its principal, two agents, a credential and a grant. */
const addKind = fc.array(wishes, { minLength: 6, maxLength: 6 }).map((all) =>
  declaring(
    `declare an agent kind ${JSON.stringify(all)}`,
    ({ fleet, drifted, broken }) => freeName(fleet, "AgentIdentityBlueprint") !== undefined && !drifted && !broken,
    (model) => {
      all.forEach((wish, index) => declare(model, wholeKind[index] ?? "AgentIdentity", wish));
    },
  ),
);

/** Others' owners are managed as soon as the program names some. */
function becomesManaged(model: Model, name: string): void {
  model.theirs = model.theirs.filter(({ what, resource }) => resource !== name || !what.startsWith("owner "));
}

/** Brings a resource to the wishes, where that changes it and nothing is made anew. */
const change = fc.record({ pick: fc.nat(), wish: wishes }).map(({ pick, wish }) =>
  declaring(
    `change number ${pick} to ${JSON.stringify(wish)}`,
    (model) => model.fleet.size > 0 && maySettleLater(model, [oneOf([...model.fleet.keys()], pick) ?? ""]),
    (model) => {
      const name = oneOf([...model.fleet.keys()], pick) ?? "";
      const now = model.fleet.get(name);
      if (now) model.fleet.set(name, changed(now, wish));
      becomesManaged(model, name);
    },
  ),
);

function changed(now: Resource, wish: Wishes): Resource {
  const { displayName, sponsors, owners, description, enabled, subject, application, delegated, state } = wish;
  switch (now.kind) {
    case "AgentIdentityBlueprint":
      return { ...now, displayName, sponsors, owners, description };
    case "AgentIdentityBlueprintPrincipal":
      return { ...now, enabled };
    case "AgentIdentity":
      return { ...now, displayName, sponsors, owners, enabled };
    case "FederatedIdentityCredential":
      return { ...now, subject };
    case "PermissionGrant":
      return { ...now, application, delegated };
    case "ConditionalAccessPolicy":
      return { ...now, displayName, state };
  }
}

/** Changes what a resource is known by: it is made anew, and what hangs from it too. */
const replace = fc.record({ pick: fc.nat(), wish: wishes }).map(({ pick, wish }) =>
  declaring(
    `make number ${pick} anew by ${JSON.stringify(wish)}`,
    (model) =>
      model.fleet.size > 0 &&
      maySettleLater(model, withDependents(model.fleet, [oneOf([...model.fleet.keys()], pick) ?? ""])),
    (model) => {
      const name = oneOf([...model.fleet.keys()], pick) ?? "";
      const now = model.fleet.get(name);
      if (now) model.fleet.set(name, madeAnew(now, model.fleet, wish));
      for (const moved of withDependents(model.fleet, [name])) model.mayMove.add(moved);
    },
  ),
);

function madeAnew(now: Resource, fleet: Fleet, { edition, parent }: Wishes): Resource {
  switch (now.kind) {
    case "AgentIdentityBlueprint":
      return now.edition === undefined ? now : { ...now, edition };
    case "AgentIdentity":
      return { ...now, principal: oneOf(namesOf(fleet, "AgentIdentityBlueprintPrincipal"), parent) ?? now.principal };
    case "FederatedIdentityCredential":
      return { ...now, edition };
    default:
      return now;
  }
}

const takeOut = fc.nat().map((pick) =>
  declaring(
    `take number ${pick} out`,
    (model) =>
      model.fleet.size > 0 &&
      maySettleLater(model, withDependents(model.fleet, [oneOf([...model.fleet.keys()], pick) ?? ""])),
    (model) => {
      for (const name of withDependents(model.fleet, [oneOf([...model.fleet.keys()], pick) ?? ""])) {
        const gone = model.fleet.get(name);
        if (gone) model.leaving.set(name, gone);
        model.fleet.delete(name);
        model.mayMove.add(name);
      }
    },
  ),
);

export const declarations: readonly fc.Arbitrary<StackCommand>[] = [
  addKind,
  add,
  add,
  change,
  change,
  replace,
  takeOut,
];
