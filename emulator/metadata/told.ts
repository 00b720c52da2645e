/** What of an answer a caller is told: the members of the version asked, and the members of enumerations it can know. */
import type { RequestHeaders } from "../exchange";
import type { Version } from "../odata/address";
import type { Answer } from "../answer";
import { enumerationOf, isA, isEntity, isOpen, membersOf, typeNamed } from "./metadata";

const sentinel = "unknownFutureValue";

interface Asked {
  readonly version: Version;
  /** Whether members of enumerations that came after the sentinel are told by name. */
  readonly newMembers: boolean;
}

/** Whether the caller asked for members of enumerations that older clients do not know. */
export const wantsNewMembers = (headers: RequestHeaders): boolean =>
  /(^|[,;\s])include-unknown-enum-members($|[,;\s])/i.test(headers.get("prefer") ?? "");

/**
 * The answer with what the version does not have left out, and with new members of evolvable enumerations told as
 * `unknownFutureValue`.
 *
 * @param type of the answer, or of each element of its `value`
 */
export function toldAnswer(answer: Answer, type: string, asked: Asked): Answer {
  const { body } = answer;
  if (body === undefined) return answer;
  if (!("value" in body) || !Array.isArray(body.value)) return { ...answer, body: told(body, type, asked) as object };
  return { ...answer, body: { ...body, value: body.value.map((one: unknown) => told(one, type, asked)) } };
}

export function told(value: unknown, type: string, asked: Asked): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => told(one, type, asked));
  const enumeration = enumerationOf(asked.version, type);
  if (enumeration && typeof value === "string" && !asked.newMembers) return knownMembers(value, enumeration.members);
  if (typeof value !== "object" || value === null) return value;
  return toldObject(value, type, asked);
}

function knownMembers(value: string, members: readonly string[]): string {
  const end = members.indexOf(sentinel);
  if (end < 0) return value;
  const words = value.split(",").map((word) => (members.indexOf(word) > end ? sentinel : word));
  return [...new Set(words)].join(",");
}

function toldObject(value: object, declared: string, asked: Asked): object {
  const { version } = asked;
  const said =
    "@odata.type" in value ? /^#?microsoft\.graph\.(.+)$/i.exec(String(value["@odata.type"]))?.[1] : undefined;
  const named = said === undefined ? undefined : typeNamed(version, said);
  const type = named !== undefined && isA(version, named, declared) ? named : declared;
  const members = membersOf(version, type);
  if (!members) return value;
  const open = isOpen(version, type) && !isEntity(version, type);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]: [string, unknown]) => {
      const member = members.get(name.replace(/@.*$/, ""));
      if (name.startsWith("@") || (member && name.includes("@")) || (open && !member)) return [[name, one]];
      return member ? [[name, told(one, member.type, asked)]] : [];
    }),
  );
}
