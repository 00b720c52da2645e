/** /identity/conditionalAccess/policies: beta only, v1.0 has none of the members that concern agents. */
import { listAnswer, objectAnswer } from "../odata/collection";
import { changed, checkNotReposted, normalised } from "../rules/conditional-access";
import { checkPolicy, mostPolicies } from "../rules/conditional-access-rules";
import { conditionalAccessPolicy, policyToChange, policyToCreate } from "../entities/conditional-access-policy";
import { newId } from "../rules/people";
import { collection, oneObject } from "../odata/query";
import { notFound, plainBadRequest } from "../refusal";
import { type Context, keyOf, type Route, route } from "../route";
import type { StoredObject } from "../state/store";

const { kind } = conditionalAccessPolicy;
const all = "/identity/conditionalAccess/policies";
const one = `${all}/{policy}`;

const read = ["Policy.Read.ConditionalAccess", "Policy.Read.All"];
const write = [["Policy.ReadWrite.ConditionalAccess", "Policy.Read.All"]];

const shared = {
  versions: ["beta"],
  basis: "prose",
  source: "REF conditionalaccesspolicy and conditionalaccessroot; the rewriting was seen on beta",
} as const;

function known(context: Context): StoredObject {
  const id = keyOf(context, "policy");
  const policy = context.store.get(id);
  if (policy?.kind === kind) return policy;
  throw notFound(id);
}

export const conditionalAccessRoutes: Route[] = [
  route({
    ...shared,
    method: "GET",
    path: all,
    permissions: read,
    query: collection({ displayName: ["eq", "startswith"], state: ["eq"], id: ["eq"] }),
    answer: (context) => listAnswer(context, { kinds: [kind] }),
  }),
  route({
    ...shared,
    method: "POST",
    path: all,
    permissions: write,
    body: policyToCreate,
    answer(context) {
      const { store, body, now } = context;
      checkNotReposted(body);
      checkPolicy(body, store);
      if (store.count({ kinds: [kind] }) >= mostPolicies)
        throw plainBadRequest(`1000: The tenant has ${mostPolicies} policies, the most it can have.`);
      const dates = { createdDateTime: now.toISOString(), modifiedDateTime: null };
      return objectAnswer(context, store.insert(kind, newId(), { ...normalised(body), ...dates }), 201);
    },
  }),
  route({
    ...shared,
    method: "GET",
    path: one,
    permissions: read,
    query: oneObject,
    answer: (context) => objectAnswer(context, known(context)),
  }),
  route({
    ...shared,
    method: "PATCH",
    path: one,
    permissions: write,
    body: policyToChange,
    answer(context) {
      const policy = known(context);
      checkNotReposted(context.body);
      const after = changed(policy.body, context.body);
      checkPolicy(after, context.store);
      const dates = { createdDateTime: policy.body["createdDateTime"], modifiedDateTime: context.now.toISOString() };
      context.store.replace(policy, { ...normalised(after), ...dates });
      return { status: 204 };
    },
  }),
  route({
    ...shared,
    method: "DELETE",
    path: one,
    permissions: write,
    answer(context) {
      // Soft, as the real one; the routes that bring policies back are not emulated yet.
      context.store.setDeleted(known(context), context.now.toISOString());
      return { status: 204 };
    },
  }),
];
