/** POST /identity/conditionalAccess/evaluate: What-If, for agent identities. Beta only. */
import { z } from "zod";
import type { BodyRule } from "../body";
import { visibleAnswer, wantsNewMembers } from "../metadata/visible";
import { notEmulated, plainBadRequest } from "../refusal";
import { type Route, route } from "../route";
import { evaluate } from "../rules/conditional-access-evaluation";
import { view } from "../view";
import { policyRead } from "./conditional-access";

const identity = z.looseObject({ "@odata.type": z.string(), agentServicePrincipalId: z.guid().optional() });
const signInContext = z.looseObject({
  "@odata.type": z.string(),
  includeApplications: z.array(z.string().min(1)).min(1).optional(),
});

const toEvaluate = {
  resource: "WhatIf",
  code: "BadRequest",
  schema: z.strictObject({
    signInIdentity: identity,
    signInContext,
    signInConditions: z.looseObject({ agentIdRiskLevel: z.enum(["low", "medium", "high", "none"]).optional() }),
    appliedPoliciesOnly: z.boolean().nullable().default(null),
  }),
} satisfies BodyRule;

const is = (said: string, name: string) =>
  said.toLowerCase().replace(/^#/, "") === `microsoft.graph.${name.toLowerCase()}`;

const type = "whatIfAnalysisResult";

export const conditionalAccessEvaluateRoutes: Route[] = [
  route({
    method: "POST",
    path: "/identity/conditionalAccess/evaluate",
    versions: ["beta"],
    permissions: policyRead,
    basis: "prose",
    source: "REF conditionalaccessroot-evaluate; SDKB for agentSignIn; the logic as in ENT policy-autonomous-agents",
    differs: [
      "Only agent identities that reach for applications are evaluated; users, service principals, user actions and authentication contexts are 501.",
      "Which reason is given when several hold is not documented: the first of state, subject, application, risk.",
    ],
    body: toEvaluate,
    answers: type,
    answer(context) {
      const { body, store, base, version, headers, switches } = context;
      const { blueprintPrincipalInPolicies } = switches.profiles;
      const { signInIdentity, signInContext, signInConditions } = body;
      if (!is(signInIdentity["@odata.type"], "agentSignIn") || !is(signInContext["@odata.type"], "applicationContext"))
        throw notEmulated("What-If is only emulated for agentSignIn with applicationContext.");
      const agent = store.get(signInIdentity.agentServicePrincipalId ?? "");
      if (agent?.kind !== "agentIdentity")
        throw plainBadRequest(
          "Invalid value specified for property 'signInIdentity.agentServicePrincipalId' of resource 'WhatIf'.",
        );
      const resources = signInContext.includeApplications ?? [];
      const riskLevel = signInConditions.agentIdRiskLevel ?? "none";
      const value = evaluate(store, { agent, resources, riskLevel, blueprintPrincipalInPolicies })
        .map(({ policy, reason }) => ({
          ...view(policy, context),
          policyApplies: reason === "notSet",
          analysisReasons: reason,
        }))
        .filter(({ policyApplies }) => policyApplies || body.appliedPoliciesOnly !== true);
      const answer = {
        status: 200,
        body: { "@odata.context": `${base}/$metadata#Collection(microsoft.graph.${type})`, value },
      };
      return visibleAnswer(answer, type, { version, newMembers: wantsNewMembers(headers) });
    },
  }),
];
