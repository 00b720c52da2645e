/** Which properties a list can be filtered by, and with which operators. */
import type { Queryable, QueryOperator } from "../entities/entity";
import { isA, typeNamed } from "../metadata/metadata";
import { plainBadRequest, unsupportedQuery } from "../refusal";
import type { Version } from "./address";
import { memberAt, type Path } from "./condition";
import type { Expression } from "./expression";

/** What a list can be filtered by. */
export interface FilterScope {
  readonly queryable: Readonly<Record<string, Queryable>>;
  /** Type of the objects by metadata; without it literals are not checked against the types of properties. */
  readonly type?: string | undefined;
  /** @default "v1.0" */
  readonly version?: Version;
  /** Relations that `owners/$count` can name. @default none */
  readonly relations?: readonly string[];
}

/** Whether objects of this type live in the directory, whose lists know advanced queries. */
export const inDirectory = (type: string | undefined): boolean =>
  type !== undefined &&
  (isA("beta", type, "directoryObject") || type === "appRoleAssignment" || type === "oAuth2PermissionGrant");

/** Operators as Graph's refusals spell them. */
const spelling: Readonly<Partial<Record<QueryOperator, string>>> = {
  endswith: "endsWith",
  startswith: "startsWith",
  count: "$count",
};

/** What the properties of a list allow, and how Graph spells them. */
export class FilterProperties {
  readonly directory: boolean;
  readonly version: Version;

  constructor(private readonly rule: FilterScope) {
    this.directory = inDirectory(rule.type);
    this.version = rule.version ?? "v1.0";
  }

  /** A type in a cast or in `isof`. @throws {GraphRefusal} 400 when no object here can be of it */
  type(expression: Expression): string {
    const text =
      expression.is === "literal" ? expression.text : expression.is === "path" ? expression.steps.join("/") : "";
    const name = castForm.exec(text)?.[1];
    const type = name === undefined ? undefined : typeNamed(this.version, name);
    const { type: own } = this.rule;
    if (type === undefined || (own !== undefined && !isA(this.version, type, own) && !isA(this.version, own, type)))
      throw plainBadRequest(`Invalid filter clause: '${text}' is no type of the objects listed here.`);
    return type;
  }

  /**
   * @param inLambda on members of a collection; where `any` is allowed, they can be compared for equality
   * @returns the operator as Graph spells it, when it needs an advanced query
   * @throws {GraphRefusal} 400 when it cannot be used there
   */
  permit(op: QueryOperator, path: string, negated: boolean, inLambda = false): string | undefined {
    const { filter = [], advanced = [] } = this.rule.queryable[path] ?? {};
    const listed = [...filter, ...advanced];
    const any = listed.includes("any");
    if (any !== inLambda && op !== "any" && (any || !this.#isCollectionMember(path))) throw this.unsupported(path);
    const has = (allowed: readonly QueryOperator[]) =>
      allowed.includes(op) ||
      (op === "in" && allowed.includes("eq")) ||
      (any && inLambda && (op === "eq" || op === "in") && allowed.includes("any"));
    // In the directory, what can be equal can be unequal, too: by an advanced query.
    const unequal = op === "ne" && this.directory && listed.includes("eq");
    const byDefault = has(filter);
    if (!byDefault && !has(advanced) && !unequal) throw this.unsupported(path);
    if (negated && !this.directory && !listed.includes("ne") && !listed.includes("not")) throw this.unsupported(path);
    return byDefault ? undefined : (spelling[op] ?? op);
  }

  #isCollectionMember(path: string): boolean {
    const { type } = this.rule;
    const names = path.split("/");
    return (
      type === undefined || names.some((_, at) => memberAt(this.version, type, names.slice(0, at + 1))?.collection)
    );
  }

  /** In Graph's spelling, the cast taken off. */
  path(steps: readonly string[]): Path {
    const type = castForm.exec(steps[0] ?? "")?.[1];
    const cast = type === undefined ? undefined : this.type({ is: "path", steps: [steps[0] ?? ""] });
    const rest = type === undefined ? steps : steps.slice(1);
    const wanted = rest.join("/");
    const known = Object.keys(this.rule.queryable).flatMap((path) => {
      const names = path.split("/").slice(0, rest.length);
      return same(names.join("/"), wanted) ? [names] : [];
    });
    return { cast, names: known[0] ?? rest };
  }

  unsupported(path: string): Error {
    const { type } = this.rule;
    const resource = type === undefined ? "" : ` of resource '${type.charAt(0).toUpperCase()}${type.slice(1)}'`;
    return unsupportedQuery(`Unsupported or invalid query filter clause specified for property '${path}'${resource}.`);
  }
}

const castForm = /^(?:microsoft\.)?graph\.([a-z][\w.]*)$/i;
export const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
