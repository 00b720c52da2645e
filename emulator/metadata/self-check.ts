/** The tenant's own answers against metadata: whatever it sends must be what its route says it answers. */
import type { Version } from "../odata/address";
import { GraphRefusal } from "../refusal";
import type { Answer } from "../answer";
import type { Route } from "../route";
import { type Problem, problemsOf } from "./check";
import { membersOf } from "./metadata";

/** Annotations that stand beside a list, or beside one plain value. */
const besideValue = /^@(odata\.(context|count|nextLink|deltaLink|type)|microsoft\.graph\.\w+)$/;

/** What `type` describes in an answer: each element of its list, or all of it. */
function describedBy(version: Version, type: string, body: object): { readonly parts: readonly unknown[] } {
  const whole = { parts: [body] };
  if (!("value" in body) || membersOf(version, type)?.has("value")) return whole;
  if (!Object.keys(body).every((name) => name === "value" || besideValue.test(name))) return whole;
  return { parts: Array.isArray(body.value) ? body.value : [body.value] };
}

/** Every way in which an answer is not what its route says. */
export function violationsOf(route: Pick<Route, "answers">, version: Version, { status, body }: Answer): string[] {
  if (status < 200 || status > 299 || body === undefined) return [];
  const { answers } = route;
  if (answers === undefined) return ["it answers a body and does not say of which type"];
  const said = ({ path, kind, expected }: Problem) =>
    `${path === "" ? "the answer" : path}: ${kind}${expected === "" ? "" : `, expected ${expected}`}`;
  return describedBy(version, answers, body).parts.flatMap((part) =>
    problemsOf(version, answers, part, "answer").map((problem) => `${answers} ${said(problem)}`),
  );
}

/** @throws {GraphRefusal} 500 SelfCheckFailed, which names route and problem, so that tests fail loudly */
export function selfCheck(route: Route, version: Version, answer: Answer): void {
  const [first, ...more] = violationsOf(route, version, answer);
  if (first === undefined) return;
  const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
  throw new GraphRefusal(500, "SelfCheckFailed", `${route.method} ${route.path} on ${version}: ${first}${others}`);
}
