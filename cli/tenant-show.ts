/** `entra-agent-id tenant show` */
import { permissionsToList, tenantInventory } from "../provider/engine/run/tenant-inventory";
import type { Tenant } from "../provider/graph/tenant";
import { kinds } from "../provider/kinds";
import { accessTenant, NoTenant } from "./emulated-tenant";
import { counted, countedByKind, listed, type ListedObject, sums, time, titled } from "./object-words";
import { exitCodes, type Terminal } from "./terminal";

export interface ShowOptions {
  readonly json?: true;
}

interface Shown {
  readonly name: string;
  readonly id: string;
  readonly where: string;
}

/** What a person may want to see of a tenant, whoever made it. */
interface TenantPicture {
  /** What others hang from comes before them. */
  readonly objects: readonly ListedObject[];
  readonly deleted: readonly DeletedItem[];
  readonly users: number;
  readonly groups: number;
}

interface DeletedItem extends Pick<ListedObject, "kind" | "id" | "displayName"> {
  readonly deletedDateTime: string;
}

/** Prints what is in the emulated tenant. Makes none when there is none. */
export async function tenantShow({ json }: ShowOptions, terminal: Terminal): Promise<number> {
  const tenant = await accessTenant(terminal, "show").catch((error: unknown) => {
    if (error instanceof NoTenant) return error;
    throw error;
  });
  if (tenant instanceof NoTenant) {
    if (json) terminal.out(JSON.stringify({ where: tenant.directory, exists: false }));
    else terminal.out(`There is no emulated tenant in ${tenant.directory} yet. The first "pulumi up" creates it.`);
    return exitCodes.finding;
  }
  const { id, name, where } = tenant;
  try {
    const picture = await pictureOf(
      await tenant.graph([...permissionsToList(kinds), "Group.Read.All", "User.Read.All"]),
    );
    const shown = { name, id, where };
    if (json) terminal.out(JSON.stringify({ ...shown, exists: true, ...picture }, undefined, 2));
    else for (const line of lines(shown, picture)) terminal.out(line);
    return exitCodes.done;
  } finally {
    tenant.close();
  }
}

async function pictureOf(graph: Tenant): Promise<TenantPicture> {
  const [{ objects, deleted }, users, groups] = await Promise.all([
    tenantInventory(graph, kinds, { inDetail: true }),
    graph.list("/users?$select=id"),
    graph.list("/groups?$select=id"),
  ]);
  return {
    objects: objects.map(listed),
    deleted: deleted.map(({ kind, id, label, deleted: deletedDateTime }) => ({
      kind,
      id,
      displayName: label,
      deletedDateTime,
    })),
    users: users.length,
    groups: groups.length,
  };
}

function* lines({ name, id, where }: Shown, { objects, deleted, users, groups }: TenantPicture): Generator<string> {
  yield `${name}, an emulated Microsoft Entra tenant. Nothing in it is real.`;
  yield `  tenant ${id}`;
  yield `  state  ${where}`;
  const others = [counted(users, "user"), counted(groups, "group"), counted(deleted.length, "deleted item")];
  yield `  ${[sums(countedByKind(objects.filter(({ isComputed }) => isComputed !== true))), ...others].filter(Boolean).join(", ")}`;
  const there = new Set(objects.map((object) => object.id));
  const isTop = ({ belongsTo }: ListedObject): boolean => belongsTo === undefined || !there.has(belongsTo);
  for (const object of objects.filter(isTop)) yield* ["", ...objectLines(object, objects)];
  if (deleted.length === 0) return;
  yield* ["", "Deleted items, which can be restored for 30 days"];
  for (const { kind, id: itemId, displayName, deletedDateTime } of deleted)
    yield `  ${titled(kind, displayName)}, ${itemId}, deleted ${time(deletedDateTime)}`;
}

/** The object, and below it what belongs to it. */
function* objectLines(object: ListedObject, all: readonly ListedObject[], isBelow = false): Generator<string> {
  const { kind, id, displayName, belongsTo, gives, details = {} } = object;
  yield titled(kind, displayName);
  const facts: readonly (readonly [string, string | readonly string[]])[] = [
    ["id", id],
    ...(belongsTo === undefined || isBelow ? [] : [["of", `${belongsTo}, which is not in this tenant`] as const]),
    ...Object.entries(details),
    ...(gives === undefined ? [] : [["gives", `it ${gives}`] as const]),
  ];
  const width = Math.max(...facts.map(([word]) => word.length));
  for (const [word, fact] of facts) yield `  ${word.padEnd(width)}  ${textOf(fact)}`;
  for (const child of all.filter((other) => other.belongsTo === id))
    for (const line of objectLines(child, all, true)) yield `  ${line}`;
}

const textOf = (fact: string | readonly string[]): string =>
  typeof fact === "string" ? fact : fact.length === 0 ? "nobody" : fact.join(", ");
