/**
 * Expressions over the claims of a token, language version 1. Each is one comparison, or several joined by `and`:
 * `claims['sub'] matches 'repo:contoso/payroll:ref:refs/heads/*' and claims['repository_id'] eq '456789'`.
 *
 * Docs: https://learn.microsoft.com/entra/workload-id/workload-identities-flexible-federated-identity-credentials
 */
const comparison = /claims\['([^']+)'\] (eq|matches) '(?:[^']|'')*'/;
const form = new RegExp(`^${comparison.source}(?: and ${comparison.source})*$`);

interface Platform {
  readonly issuer: RegExp;
  readonly name: string;
  /** Operators by claim. */
  readonly claims: Readonly<Record<string, readonly string[]>>;
  /** Claims that never change, of which an expression must match one. */
  readonly immutable: readonly string[];
}

const both = ["eq", "matches"];

const platforms: readonly Platform[] = [
  {
    issuer: /^https:\/\/token\.actions\.githubusercontent\.com$/,
    name: "GitHub",
    claims: { sub: both, job_workflow_ref: both, repository_id: ["eq"], repository_owner_id: ["eq"] },
    immutable: ["repository_id", "repository_owner_id"],
  },
  { issuer: /^https:\/\/gitlab\.(?:[^./]+\.)?(?:com|ca)$/, name: "GitLab", claims: { sub: both }, immutable: [] },
  { issuer: /^https:\/\/app\.(?:eu\.)?terraform\.io$/, name: "Terraform Cloud", claims: { sub: both }, immutable: [] },
];

/** What is wrong with an expression, as a phrase after its name; undefined when nothing is. */
export function faultOf(expression: string, issuer: string): string | undefined {
  if (!form.test(expression))
    return `must compare claims: claims['sub'] eq '…' or claims['sub'] matches 'with * and ?', several of them joined by " and "`;
  const platform = platforms.find((one) => one.issuer.test(issuer));
  if (!platform)
    return "needs an issuer of GitHub, GitLab or Terraform Cloud: Entra evaluates no other issuer's claims";
  const compared = [...expression.matchAll(new RegExp(comparison, "g"))];
  for (const [, claim = "", operator = ""] of compared) {
    const operators = platform.claims[claim];
    if (!operators)
      return `cannot use the claim "${claim}": for ${platform.name}, Entra supports only ${Object.keys(platform.claims).join(", ")}`;
    if (!operators.includes(operator)) return `must compare the claim "${claim}" with ${operators.join(" or ")}`;
  }
  const names = compared.map(([, claim = ""]) => claim);
  if (!names.includes("sub")) return `must compare the claim "sub"`;
  const { immutable } = platform;
  if (immutable.length > 0 && !immutable.some((name) => names.includes(name)))
    return `must compare ${immutable.join(" or ")} too, which stay the same when a repository is renamed`;
  return undefined;
}
