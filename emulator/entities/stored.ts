/** What the tenant can keep of each kind of object: what metadata says of it, and what it needs beside that. */
import { directoryObjectKinds, hasEntity } from ".";
import { problemsOf, type Problem } from "../metadata/check";
import { membersOf } from "../metadata/metadata";
import type { Json } from "../state/store";

const secrets = ["passwordCredentials.secretHash"];
const licenses = ["licensedSkus", "licensesAssigned"];

/** Names of the tenant's own, and relations that are kept inside, by kind. */
const own: Readonly<Record<string, readonly string[]>> = {
  application: secrets,
  agentIdentityBlueprint: [...secrets, "madeAppOnly"],
  servicePrincipal: secrets,
  agentIdentity: ["countsTowardLimitOf"],
  user: licenses,
  agentUser: licenses,
  subscribedSku: ["units", "servicePlans.service"],
  customSecurityAttributeDefinition: ["allowedValues"],
  federatedIdentityCredential: ["application", "createdDateTime"],
  inheritablePermission: ["application"],
  riskyAgentIdentity: ["agentId"],
  riskyAgentIdentityBlueprintPrincipal: ["agentId"],
  riskyAgentUser: ["agentId"],
};

/** Kinds that metadata knows by another name. */
const types: Readonly<Record<string, string>> = { entitlementManagementRoleAssignment: "unifiedRoleAssignment" };

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The version that has every property of the other one. */
const version = "beta";

/**
 * What is wrong with an object as it is to be kept, each beginning with its path.
 *
 * @returns undefined when there is no such kind
 */
export function storedProblems(kind: string, properties: Json, id: string | undefined): readonly string[] | undefined {
  if (!hasEntity(kind)) return undefined;
  const type = types[kind] ?? kind;
  const members = membersOf(version, type);
  const mayBeKept = ({ kind: problem, path }: Problem) =>
    problem === "unknown" && own[kind]?.includes(path.replace(/\.\d+/g, ""));
  const related = Object.keys(properties).filter(
    (name) => members?.get(name)?.navigation && !own[kind]?.includes(name),
  );
  return [
    ...(id !== undefined && directoryObjectKinds.includes(kind) && !guid.test(id) ? ["id: this is no GUID"] : []),
    ...related.map((name) => `properties.${name}: this is a relation`),
    ...problemsOf(version, type, properties, "answer")
      .filter((problem) => !related.includes(problem.path.replace(/\..*/, "")) && !mayBeKept(problem))
      .map(({ path, kind: problem, expected }) => `properties.${path}: ${wording[problem](expected)}`),
  ];
}

const wording: Readonly<Record<Problem["kind"], (expected: string) => string>> = {
  unknown: () => "there is no such property",
  value: (expected) => `this is no ${expected}`,
  null: (expected) => `this cannot be null, it is a ${expected}`,
  relation: () => "this is a relation",
};
