/**
 * A tenant as one readable JSON file: to keep beside a program, to compare, to write by hand.
 *
 * A file with `tenant` is a whole tenant. One without it, such as `{"objects": […]}`, says what there is beside the
 * seed. Objects stand in the order in which they were made, which is the order of lists; their properties are sorted. A
 * file holds no signing key and no secret: of client secrets only the hashes.
 */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Json, Store, StoredObject } from "./store";

/** Rises when older readers could not understand a file. */
export const fileFormat = 1;

/** One object in a file. */
export interface FileObject {
  /** OData type without `microsoft.graph.`: `agentIdentity`, `group`. */
  readonly kind: string;
  /** @default a new GUID */
  readonly id?: string | undefined;
  /** ISO time of the soft delete. @default it is not deleted */
  readonly deletedDateTime?: string | undefined;
  /** As the tenant keeps them: what was set, not what Graph computes. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Ids of the objects at the other end, by relation: `owners`, `sponsors`, `members`, `manager` … */
  readonly relations?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** A tenant in a file. A whole tenant has `tenant`; without it a file says what there is beside the seed. */
export interface TenantFile {
  /** Version of the form. @default 1 */
  readonly format: 1;
  /** Whose file it is: a whole tenant. When it is imported, the id becomes that of the tenant that reads it. */
  readonly tenant?: { readonly id: string; readonly name: string } | undefined;
  /**
   * What the automation application holds, each with the ISO time of its grant. Missing where `grant` was never used.
   */
  readonly permissions?: Readonly<Record<string, string>> | undefined;
  /** As {@link SwitchChanges}. */
  readonly switches?: Readonly<Record<string, unknown>> | undefined;
  /** In the order in which they were created, which is the order of lists. */
  readonly objects: readonly FileObject[];
  /** What is to happen by itself, such as the clean-up a day after a delete. */
  readonly tasks?:
    | readonly {
        /** ISO time of the tenant's clock. */
        readonly dueAt: string;
        readonly kind: string;
        readonly payload: Readonly<Record<string, unknown>>;
      }[]
    | undefined;
}

const objectSchema = z.strictObject({
  kind: z.string().min(1),
  id: z.string().min(1).optional(),
  deletedDateTime: z.iso.datetime().optional(),
  properties: z.record(z.string(), z.json()).default({}),
  relations: z.record(z.string(), z.array(z.string())).optional(),
});

const taskSchema = z.strictObject({
  dueAt: z.iso.datetime(),
  kind: z.string(),
  payload: z.record(z.string(), z.json()),
});

const sinceEver = new Date(0).toISOString();

const permissionsSchema = z
  .union([z.record(z.string(), z.iso.datetime()), z.array(z.string())])
  .transform((held) => (Array.isArray(held) ? Object.fromEntries(held.map((name) => [name, sinceEver])) : held));

const fileSchema: z.ZodType<TenantFile> = z.strictObject({
  format: z.literal(fileFormat).default(fileFormat),
  tenant: z.strictObject({ id: z.guid(), name: z.string() }).optional(),
  // A list of names stands for grants since ever.
  permissions: permissionsSchema.optional(),
  switches: z.record(z.string(), z.json()).optional(),
  objects: z.array(objectSchema),
  tasks: z.array(taskSchema).optional(),
});

/** The file of a store. Runs inside a transaction. */
export function tenantFileOf(store: Store, name: string): TenantFile {
  const relations = relationsOf(store);
  const permissions = store.meta("granted");
  const switches = store.meta("switches");
  const tasks = store.rows("SELECT dueAt, kind, payload FROM tasks ORDER BY dueAt, seq");
  return {
    format: fileFormat,
    tenant: { id: store.meta("tenantId") ?? "", name },
    ...(permissions === undefined ? {} : { permissions: permissionsSchema.parse(sorted(JSON.parse(permissions))) }),
    ...(switches === undefined ? {} : { switches: sorted(JSON.parse(switches)) as Json }),
    objects: [...everything(store)].map(({ id, kind, body, deletedDateTime }) => {
      const related = relations.get(id.toLowerCase());
      return {
        kind,
        id,
        ...(deletedDateTime === null ? {} : { deletedDateTime }),
        properties: sorted(body) as Json,
        ...(related ? { relations: related } : {}),
      };
    }),
    ...(tasks.length === 0
      ? {}
      : {
          tasks: tasks.map(({ dueAt, kind, payload }) => ({
            dueAt: String(dueAt),
            kind: String(kind),
            payload: sorted(JSON.parse(String(payload))) as Json,
          })),
        }),
  };
}

const everything = (store: Store): Iterable<StoredObject> => {
  const kinds = store.rows("SELECT DISTINCT kind FROM objects").map(({ kind }) => String(kind));
  return store.walk({ kinds, deleted: "either" });
};

function relationsOf(store: Store): Map<string, Record<string, string[]>> {
  const relations = new Map<string, Record<string, string[]>>();
  for (const row of store.rows("SELECT kind, source, target FROM links ORDER BY source, kind, target")) {
    const source = String(row["source"]).toLowerCase();
    const related = relations.get(source) ?? {};
    (related[String(row["kind"])] ??= []).push(String(row["target"]));
    relations.set(source, related);
  }
  return relations;
}

/** Names of objects in alphabetical order, at every depth: a file only changes where the tenant did. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, sorted(one)]),
  );
}

/**
 * @param tenantId the id of the tenant that reads the file: it stays, so the file's own id is replaced by it everywhere
 * @param problems what is wrong with an object, as paths in it; undefined when there is no such kind
 * @throws {TypeError} naming the path of everything that is wrong
 */
export function checkedFile(
  given: unknown,
  tenantId: string,
  problems: (kind: string, properties: Json, id: string | undefined) => readonly string[] | undefined,
): TenantFile {
  const result = fileSchema.safeParse(given);
  if (!result.success) throw new TypeError(`cannot read the tenant file: ${z.prettifyError(result.error)}`);
  const file = result.data;
  const wrong = file.objects.flatMap(({ kind, id, properties }, at) => {
    const found = problems(kind, properties, id);
    if (!found) return [`objects[${at}].kind: no kind "${kind}"`];
    const name = id === undefined ? kind : `${kind} ${id}`;
    return found.map((problem) => `objects[${at}].${problem} (${name})`);
  });
  const places = new Map<string, number>();
  file.objects.forEach(({ id }, at) => {
    if (id === undefined) return;
    const before = places.get(id.toLowerCase());
    if (before === undefined) places.set(id.toLowerCase(), at);
    else wrong.push(`objects[${at}].id: ${id} is the id of objects[${before}] as well`);
  });
  if (wrong.length > 0) throw new TypeError(`cannot read the tenant file: ${wrong.join("; ")}`);
  if (file.tenant === undefined || file.tenant.id.toLowerCase() === tenantId) return file;
  const text = JSON.stringify(file).replaceAll(file.tenant.id, tenantId);
  return fileSchema.parse(JSON.parse(text));
}

/**
 * Puts the file's objects, relations and tasks into the store, beside what is there; an object whose id is there
 * already becomes what the file says. Runs inside a write transaction.
 *
 * @throws {TypeError} when a relation leads to an object that is neither in the file nor in the tenant; files of whole
 * tenants are trusted in that
 */
export function addFile(store: Store, { tenant, objects, tasks = [] }: TenantFile): void {
  const named = objects.map((object) => ({ ...object, id: object.id ?? randomUUID() }));
  const there = named.flatMap(({ id }) => store.get(id, "either") ?? []);
  const known = new Map(there.map((object) => [object.id.toLowerCase(), object]));
  store.insertMany(
    named
      .filter(({ id }) => !known.has(id.toLowerCase()))
      .map(({ kind, id, properties, deletedDateTime = null }) => ({ kind, id, body: properties, deletedDateTime })),
  );
  for (const { id, kind, properties, deletedDateTime = null } of named) {
    const object = known.get(id.toLowerCase());
    if (object && object.kind !== kind) throw new TypeError(`${id} is a ${object.kind} in this tenant, not a ${kind}`);
    if (object) store.setDeleted(store.replace(object, properties), deletedDateTime);
  }
  named.forEach(({ id, relations = {} }, at) => {
    for (const [relation, targets] of Object.entries(relations)) {
      for (const target of targets) {
        if (!tenant && !store.get(target, "either"))
          throw new TypeError(`objects[${at}].relations.${relation}: there is no object ${target}`);
        store.link(relation, id, target);
      }
    }
  });
  for (const { dueAt, kind, payload } of tasks) store.schedule(new Date(dueAt), kind, payload);
}
