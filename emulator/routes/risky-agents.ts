/** /identityProtection: risky agents and their detections. Beta only. */
import { agentRiskDetection, agentsToJudge, riskId, riskyAgentIdentity, riskyKinds } from "../entities/risky-agent";
import { visibleAnswer, wantsNewMembers } from "../metadata/visible";
import { listAnswer, objectAnswer } from "../odata/collection";
import { collectionOf, oneObject } from "../odata/query-rule";
import { notFound } from "../refusal";
import type { Answer } from "../answer";
import { type Context, keyOf, type Route, route } from "../route";
import { judge, type Judgement } from "../rules/risk";

const agents = "/identityProtection/riskyAgents";
const detections = "/identityProtection/agentRiskDetections";
const kinds = Object.values(riskyKinds);

const read = ["IdentityRiskyAgent.Read.All", "IdentityRiskyAgent.ReadWrite.All"];
const readDetections = ["IdentityRiskEvent.Read.All", "IdentityRiskEvent.ReadWrite.All"];
const differs = ["Agents become risky only by confirmCompromised; Microsoft's detections do not run here."];
const shared = { versions: ["beta"], differs } as const;

const seen = (context: Context, type: string, answer: Answer): Answer =>
  visibleAnswer(answer, type, { version: context.version, newMembers: wantsNewMembers(context.headers) });

const action = (judgement: Judgement, basis: "example" | "prose"): Route =>
  route({
    ...shared,
    method: "POST",
    path: `${agents}/${judgement}`,
    permissions: ["IdentityRiskyAgent.ReadWrite.All"],
    basis,
    source: `REF riskyagent-${judgement.toLowerCase()}`,
    differs: [
      ...differs,
      "An id that is no agent's is 404; to judge an agent that never was at risk safe changes nothing.",
    ],
    body: agentsToJudge,
    answer(context) {
      judge(context, context.body.agentIds, judgement);
      return { status: 204 };
    },
  });

export const riskyAgentRoutes: Route[] = [
  route({
    ...shared,
    method: "GET",
    path: agents,
    permissions: read,
    basis: "prose",
    source: "REF identityprotectionroot-list-riskyagents",
    answers: "riskyAgent",
    query: { ...collectionOf(riskyAgentIdentity), type: "riskyAgent" },
    answer: (context) => seen(context, "riskyAgent", listAnswer(context, { kinds })),
  }),
  route({
    ...shared,
    method: "GET",
    path: `${agents}/{agent}`,
    permissions: read,
    basis: "prose",
    source: "REF riskyagent-get",
    answers: "riskyAgent",
    query: oneObject,
    answer(context) {
      const id = keyOf(context, "agent");
      const record = context.store.get(riskId(id));
      if (!record) throw notFound(id);
      return seen(context, "riskyAgent", objectAnswer(context, record));
    },
  }),
  action("confirmCompromised", "example"),
  action("confirmSafe", "prose"),
  action("dismiss", "prose"),
  route({
    ...shared,
    method: "GET",
    path: detections,
    permissions: readDetections,
    basis: "prose",
    source: "REF identityprotectionroot-list-agentriskdetections",
    answers: agentRiskDetection.kind,
    query: collectionOf(agentRiskDetection),
    answer: (context) =>
      seen(context, agentRiskDetection.kind, listAnswer(context, { kinds: [agentRiskDetection.kind] })),
  }),
  route({
    ...shared,
    method: "GET",
    path: `${detections}/{detection}`,
    permissions: readDetections,
    basis: "prose",
    source: "REF agentriskdetection-get",
    answers: agentRiskDetection.kind,
    query: oneObject,
    answer(context) {
      const id = keyOf(context, "detection");
      const found = context.store.get(id);
      if (found?.kind !== agentRiskDetection.kind) throw notFound(id);
      return seen(context, agentRiskDetection.kind, objectAnswer(context, found));
    },
  }),
];
