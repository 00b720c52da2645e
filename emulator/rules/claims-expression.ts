/**
 * Expressions over the claims of a token: `claims['sub'] matches 'repo:contoso/*' and claims['repository_id'] eq '456789'`.
 *
 * Source: ENT workload-identities-flexible-federated-identity-credentials (2026-08-14).
 */

/** One comparison of an expression. */
interface Comparison {
  readonly claim: string;
  readonly operator: "eq" | "matches";
  readonly comparand: string;
}

const comparisonForm = /claims\['([^']+)'\] (eq|matches) '((?:[^']|'')*)'/;
const form = new RegExp(`^${comparisonForm.source}(?: and ${comparisonForm.source})*$`);

/** The comparisons, all of which must hold; undefined when it is no expression. A quote within quotes is written twice. */
function comparisonsOf(expression: string): readonly Comparison[] | undefined {
  if (!form.test(expression)) return undefined;
  return [...expression.matchAll(new RegExp(comparisonForm, "g"))].map(([, claim = "", operator, comparand = ""]) => ({
    claim,
    operator: operator === "eq" ? "eq" : "matches",
    comparand: comparand.replaceAll("''", "'"),
  }));
}

interface Platform {
  readonly issuer: RegExp;
  /** Operators by claim. */
  readonly claims: Readonly<Record<string, readonly Comparison["operator"][]>>;
  /** Claims of which an expression needs one, beside `sub`. */
  readonly immutable?: readonly string[];
}

const both = ["eq", "matches"] as const;

const platforms: readonly Platform[] = [
  {
    issuer: /^https:\/\/token\.actions\.githubusercontent\.com$/,
    claims: { sub: both, job_workflow_ref: both, repository_id: ["eq"], repository_owner_id: ["eq"] },
    immutable: ["repository_id", "repository_owner_id"],
  },
  { issuer: /^https:\/\/gitlab\.(?:[^./]+\.)?(?:com|ca)$/, claims: { sub: both } },
  { issuer: /^https:\/\/app\.(?:eu\.)?terraform\.io$/, claims: { sub: both } },
];

/**
 * Why an expression is refused; undefined when it is not.
 *
 * @param needsImmutable whether one over GitHub's claims must match a claim that never changes
 */
export function refusalOf(expression: string, issuer: string, needsImmutable: boolean): string | undefined {
  const comparisons = comparisonsOf(expression);
  if (!comparisons) return `'${expression}' is no expression of language version 1.`;
  const platform = platforms.find((one) => one.issuer.test(issuer));
  if (!platform) return `the issuer '${issuer}' does not support expressions.`;
  const wrong = comparisons.find(({ claim, operator }) => !platform.claims[claim]?.includes(operator));
  if (wrong) return `the operator '${wrong.operator}' is not supported for the claim '${wrong.claim}' of this issuer.`;
  const names = comparisons.map(({ claim }) => claim);
  if (!names.includes("sub")) return "it must match the claim 'sub'.";
  const { immutable = [] } = platform;
  if (needsImmutable && immutable.length > 0 && !immutable.some((name) => names.includes(name)))
    return `it must match one of the claims ${immutable.map((name) => `'${name}'`).join(" and ")}.`;
  return undefined;
}

/** Whether the claims of a token fit an expression that was accepted. */
export const fits = (expression: string, claims: Readonly<Record<string, unknown>>): boolean =>
  comparisonsOf(expression)?.every(({ claim, operator, comparand }) => {
    const value = claims[claim];
    if (typeof value !== "string") return false;
    return operator === "eq" ? value === comparand : wildcards(comparand).test(value);
  }) ?? false;

/** `?` stands for one character, `*` for any number of them. */
const wildcards = (text: string): RegExp =>
  new RegExp(
    `^${text
      .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
    "s",
  );
