/** Conditional Access policies, the built-in authentication strengths, and What-If. */
import { authenticationStrengths } from "../entities/authentication-strength";
import { conditionalAccessPolicy, policyToChange, policyToCreate } from "../entities/conditional-access-policy";
import { listAnswer, objectAnswer } from "../odata/collection";
import type { Version } from "../odata/address";
import { project } from "../odata/projection";
import { collectionOf, oneObject } from "../odata/query-rule";
import { notFound, plainBadRequest } from "../refusal";
import { type Context, keyOf, type Route, route } from "../route";
import { changed, checkMembers, checkNotReposted, normalised } from "../rules/conditional-access";
import { checkLicensed } from "../rules/conditional-access-licences";
import { checkPolicy } from "../rules/conditional-access-rules";
import { moveToBin } from "../rules/deletion";
import { newId } from "../rules/people";
import type { StoredObject } from "../state/store";

const { kind } = conditionalAccessPolicy;

export const policyRead = ["Policy.Read.ConditionalAccess", "Policy.Read.All"];
export const policyWrite = [["Policy.ReadWrite.ConditionalAccess", "Policy.Read.All"]];

const differs = [
  "On v1.0 the members for agents are left out of reads and refused in writes; what Graph's v1.0 does is not documented.",
  "Numbers that stand before messages are Graph's where somebody reported them (1007, 1012, 1039, 1060, 1064, 1088, 1104, 1108, 1150); the others are likely or ours.",
  "What a tenant without a licence for Conditional Access answers is not documented: here it is 403.",
];

function known(context: Context): StoredObject {
  const id = keyOf(context, "policy");
  const policy = context.store.get(id);
  if (policy?.kind === kind) return policy;
  throw notFound(id);
}

/** Policies that can come back count. */
function checkRoom({ store, switches }: Context): void {
  const most = switches.limits.conditionalAccessPolicies;
  if (store.count({ kinds: [kind], deleted: "either" }) >= most)
    throw plainBadRequest(`1000: The tenant has ${most} policies, deleted ones included, the most it can have.`);
}

function policyRoutes(all: string, versions: readonly Version[]): Route[] {
  const shared = { versions, differs, answers: kind } as const;
  const one = `${all}/{policy}`;
  return [
    route({
      ...shared,
      method: "GET",
      path: all,
      permissions: policyRead,
      basis: "example",
      source: "REF conditionalaccessroot-list-policies",
      query: collectionOf(conditionalAccessPolicy),
      answer: (context) => listAnswer(context, { kinds: [kind] }),
    }),
    route({
      ...shared,
      method: "POST",
      path: all,
      permissions: policyWrite,
      basis: "example",
      source: "REF conditionalaccessroot-post-policies; ENT disable-agent-identities; the rewriting was seen on beta",
      body: policyToCreate,
      answer(context) {
        const { store, body, now, version } = context;
        checkLicensed(context);
        checkMembers(version, body);
        checkNotReposted(body, context.switches.profiles);
        checkPolicy(body, context);
        checkRoom(context);
        const dates = { createdDateTime: now.toISOString(), modifiedDateTime: null };
        return objectAnswer(context, store.insert(kind, newId(), { ...normalised(body), ...dates }), 201);
      },
    }),
    route({
      ...shared,
      method: "GET",
      path: one,
      permissions: policyRead,
      basis: "prose",
      source: "REF conditionalaccesspolicy-get",
      query: oneObject,
      answer: (context) => objectAnswer(context, known(context)),
    }),
    route({
      ...shared,
      method: "PATCH",
      path: one,
      permissions: policyWrite,
      basis: "example",
      source: "REF conditionalaccesspolicy-update",
      body: policyToChange,
      answer(context) {
        const policy = known(context);
        checkLicensed(context);
        checkMembers(context.version, context.body);
        checkNotReposted(context.body, context.switches.profiles);
        const after = changed(policy.body, context.body);
        checkPolicy(after, context);
        const dates = { createdDateTime: policy.body["createdDateTime"], modifiedDateTime: context.now.toISOString() };
        context.store.replace(policy, { ...normalised(after), ...dates });
        return { status: 204 };
      },
    }),
    route({
      ...shared,
      method: "DELETE",
      path: one,
      permissions: policyWrite,
      basis: "prose",
      source: "REF conditionalaccesspolicy-delete",
      answer(context) {
        moveToBin(context, known(context));
        return { status: 204 };
      },
    }),
  ];
}

const strengths = "/policies/authenticationStrengthPolicies";
const strengthType = "authenticationStrengthPolicy";
const withConfigurations = (strength: (typeof authenticationStrengths)[number], base: string) => ({
  ...strength,
  "combinationConfigurations@odata.context": `${base}/$metadata#${strengthSet}('${strength.id}')/combinationConfigurations`,
  combinationConfigurations: [],
});
const strengthSet = "policies/authenticationStrengthPolicies";
const onlyBuiltIn = ["Only the three built-in strengths are there; others cannot be made."];

const strengthRoutes: Route[] = [
  route({
    method: "GET",
    path: strengths,
    permissions: ["Policy.Read.AuthenticationMethod", "Policy.Read.All"],
    basis: "prose",
    source: "REF authenticationstrengthroot-list-policies; ids and combinations as in the What-If example",
    differs: onlyBuiltIn,
    answers: strengthType,
    query: oneObject,
    answer: ({ base, query }) => ({
      status: 200,
      body: {
        "@odata.context": `${base}/$metadata#${strengthSet}`,
        value: authenticationStrengths.map((strength) =>
          project(withConfigurations(strength, base), query.select, strengthType),
        ),
      },
    }),
  }),
  route({
    method: "GET",
    path: `${strengths}/{strength}`,
    permissions: ["Policy.Read.AuthenticationMethod", "Policy.Read.All"],
    basis: "prose",
    source: "REF authenticationstrengthpolicy-get",
    differs: onlyBuiltIn,
    answers: strengthType,
    query: oneObject,
    answer(context) {
      const { base, query } = context;
      const id = keyOf(context, "strength");
      const found = authenticationStrengths.find((strength) => strength.id === id);
      if (!found) throw notFound(id);
      const shown = project(withConfigurations(found, base), query.select, strengthType);
      return { status: 200, body: { "@odata.context": `${base}/$metadata#${strengthSet}/$entity`, ...shown } };
    },
  }),
];

export const conditionalAccessRoutes: Route[] = [
  ...policyRoutes("/identity/conditionalAccess/policies", ["v1.0", "beta"]),
  ...policyRoutes("/policies/conditionalAccessPolicies", ["beta"]),
  ...strengthRoutes,
];
