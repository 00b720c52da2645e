/** What of an answer a caller sees: the members of the version asked, and the members of enumerations it knows. */
import type { RequestHeaders } from "../exchange";
import type { Version } from "../odata/address";
import type { Answer } from "../answer";
import { enumerationOf, isA, isEntity, isOpen, membersOf, typeNamed } from "./metadata";

const sentinel = "unknownFutureValue";

interface Reader {
  readonly version: Version;
  /** Whether members of enumerations that came after the sentinel are shown by name. */
  readonly newMembers: boolean;
}

/** Whether the caller asked for members of enumerations that older clients do not know. */
export const wantsNewMembers = (headers: RequestHeaders): boolean =>
  /(^|[,;\s])include-unknown-enum-members($|[,;\s])/i.test(headers.get("prefer") ?? "");

/**
 * The answer with what the version does not have left out, and with new members of evolvable enumerations shown as
 * `unknownFutureValue`.
 *
 * @param type of the answer, or of each element of its `value`
 */
export function visibleAnswer(answer: Answer, type: string, reader: Reader): Answer {
  const { body } = answer;
  if (body === undefined) return answer;
  if (!("value" in body) || !Array.isArray(body.value))
    return { ...answer, body: visible(body, type, reader) as object };
  return { ...answer, body: { ...body, value: body.value.map((one: unknown) => visible(one, type, reader)) } };
}

export function visible(value: unknown, type: string, reader: Reader): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => visible(one, type, reader));
  const enumeration = enumerationOf(reader.version, type);
  if (enumeration && typeof value === "string" && !reader.newMembers) return knownMembers(value, enumeration.members);
  if (typeof value !== "object" || value === null) return value;
  return visibleMembers(value, type, reader);
}

function knownMembers(value: string, members: readonly string[]): string {
  const end = members.indexOf(sentinel);
  if (end < 0) return value;
  const words = value.split(",").map((word) => (members.indexOf(word) > end ? sentinel : word));
  return [...new Set(words)].join(",");
}

function visibleMembers(value: object, declared: string, reader: Reader): object {
  const { version } = reader;
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
      return member ? [[name, visible(one, member.type, reader)]] : [];
    }),
  );
}
