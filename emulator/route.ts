/**
 * What a route is. Routes are data: whatever must not be forgotten — token, permission, body, query options, address —
 * is checked by the tenant before `answer` runs.
 */
import type { RequestHeaders } from "./exchange";
import type { z } from "zod";
import type { Answer } from "./answer";
import type { Switches } from "./switches/values";
import type { Key, Version } from "./odata/address";
import type { BodyRule } from "./body";
import type { Query } from "./odata/query";
import type { QueryRule } from "./odata/query-rule";
import type { GraphRefusal } from "./refusal";
import { notFound } from "./refusal";
import type { StoredObject } from "./state/store";
import type { Caller } from "./sign-in/token";
import type { Surroundings } from "./entities/entity";

/** One way to be allowed: a permission, several together, or one that reaches only some properties of the body. */
export type Permission =
  | string
  | readonly string[]
  | {
      readonly name: string;
      /** Needed beside it. */
      readonly and?: string;
      readonly only: readonly string[];
    };

/** Any one suffices; least first. Application and delegated permissions differ on few routes. */
export type Permissions =
  readonly Permission[] | { readonly application: readonly Permission[]; readonly delegated: readonly Permission[] };

export type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

/**
 * What an operation is based on, best first: `example`, a documented request and answer; `prose`, a documentation page
 * in words; `metadata`, the published schema alone; `observed`, seen live by third parties; `inferred`, concluded from
 * how its neighbours behave.
 */
export type Basis = "example" | "prose" | "metadata" | "observed" | "inferred";

export interface Context<Body = unknown> extends Surroundings {
  readonly caller: Caller;
  /** Keys of the address, by the names in the route's path. */
  readonly keys: Readonly<Record<string, Key>>;
  /** The object that the first key names, when there is one. */
  readonly target: StoredObject | undefined;
  readonly body: Body;
  readonly query: Query;
  readonly headers: RequestHeaders;
  /** Origin and version of the request, such as `https://graph.microsoft.com/v1.0`. */
  readonly base: string;
  /** Path of the request below the version, for the next page. */
  readonly path: string;
  /** The tenant's own time. */
  readonly now: Date;
  readonly switches: Switches;
  readonly version: Version;
}

export interface Route {
  readonly method: Method;
  /**
   * Path below the version. A cast in its first segment may be left out by the client when the object has that type,
   * unless `uncast` says otherwise.
   */
  readonly path: string;
  /** @default ["v1.0", "beta"] */
  readonly versions?: readonly Version[];
  readonly permissions: Permissions;
  /** Permissions by kind of the object that is addressed; `permissions` holds for the other kinds. */
  readonly permissionsByKind?: Readonly<Record<string, Permissions>>;
  /** How sure it is that Graph behaves like this. */
  readonly basis: Basis;
  /** The documentation this follows, or the observation. */
  readonly source: string;
  /** Where this is known to differ from Graph, one sentence each. @default nowhere */
  readonly differs?: readonly string[];
  /** How the path answers without its cast. */
  readonly uncast?: (segment: string) => GraphRefusal;
  /** Serves every kind of the collection, cast or not. */
  readonly anyKind?: true;
  /** Serves keys that name no object: upserts. @default such keys are 404 */
  readonly makesMissing?: true;
  /** Concerns agents though its path does not say so: tokens that are refused there are refused here. */
  readonly forAgents?: true;
  /** Distinguishes routes of one method and path: the first whose condition holds is taken. */
  readonly when?: (body: unknown, headers: RequestHeaders) => boolean;
  readonly body?: BodyRule;
  /**
   * Type of the answer by metadata, or of each element of its `value`; `Edm.String` and the like for plain values.
   * Every answer is checked against it in tests. @default no body is answered
   */
  readonly answers?: string;
  /** Query options. @default none */
  readonly query?: QueryRule;
  readonly answer: (context: Context<never>) => Answer;
}

/** Declares a route whose `answer` gets the body its schema describes. */
export function route<Schema extends z.ZodObject>(
  declared: Omit<Route, "answer" | "body"> & {
    readonly body?: BodyRule<Schema>;
    readonly answer: (context: Context<z.infer<Schema>>) => Answer;
  },
): Route {
  return declared;
}

/** @throws {GraphRefusal} 404 */
export function targetOf(context: Context): StoredObject {
  if (context.target) return context.target;
  throw notFound(keyOf(context, "id"));
}

export function keyOf(context: Context, name: string): string {
  return context.keys[name]?.value ?? "";
}

function allows(permission: Permission, held: ReadonlySet<string>): boolean {
  if (typeof permission === "string") return held.has(permission);
  if ("only" in permission) return false;
  return permission.every((name) => held.has(name));
}

const holds = ({ name, and }: { readonly name: string; readonly and?: string }, held: ReadonlySet<string>) =>
  held.has(name) && (and === undefined || held.has(and));

/** Whether the caller's token suffices for this request; `properties` are those the body sets. */
export function permitted(permissions: Permissions, caller: Caller, properties: readonly string[]): boolean {
  const kind = caller.idtyp === "app" ? "application" : "delegated";
  const ways = "application" in permissions ? permissions[kind] : permissions;
  if (ways.some((way) => allows(way, caller.permissions))) return true;
  const reach = ways.flatMap((way) =>
    typeof way === "object" && "only" in way && holds(way, caller.permissions) ? way.only : [],
  );
  return properties.length > 0 && properties.every((property) => reach.includes(property));
}
