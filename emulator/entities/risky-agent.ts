/** riskyAgent and its types, and agentRiskDetection: beta only. */
import { z } from "zod";
import type { BodyRule } from "../body";
import type { Json } from "../state/store";
import type { Entity, Queryable, Surroundings, View } from "./entity";

/** Type of the risk record of an agent, by the agent's own kind. */
export const riskyKinds: Readonly<Record<string, string>> = {
  agentIdentity: "riskyAgentIdentity",
  agentIdentityBlueprintPrincipal: "riskyAgentIdentityBlueprintPrincipal",
  agentUser: "riskyAgentUser",
};

/** How a record is stored: reads show the id of the agent itself. */
export const riskId = (agentId: string): string => `risk-${agentId}`;

const aboutAgent = (agentId: string, { store }: Surroundings) => {
  const agent = store.get(agentId, "either");
  const parent = agent?.kind === "agentUser" ? store.get(String(agent.body["identityParentId"]), "either") : agent;
  const { agentIdentityBlueprintId = parent?.body["appId"] ?? null } = parent?.body ?? {};
  return {
    isDeleted: !agent || agent.deletedDateTime !== null,
    isEnabled: agent ? agent.body["accountEnabled"] !== false : false,
    blueprintId: agentIdentityBlueprintId,
  };
};

const showsRiskyAgent: View = ({ body }, around) => {
  const agentId = String(body["agentId"]);
  const { riskDetail, riskLastModifiedDateTime, riskLevel, riskState } = body;
  const { agentDisplayName, identityType } = body;
  return {
    id: agentId,
    agentDisplayName,
    ...aboutAgent(agentId, around),
    identityType,
    isProcessing: false,
    riskDetail,
    riskLastModifiedDateTime,
    riskLevel,
    riskState,
  };
};

const equal: Queryable = { filter: ["eq", "ne"] };
const risk = { riskDetail: equal, riskLevel: equal, riskState: equal, identityType: equal, blueprintId: equal };
const time: Queryable = { filter: ["eq", "ge", "gt", "le", "lt"], orderBy: "default" };

const riskyAgents: Omit<Entity, "kind"> = {
  set: "identityProtection/riskyAgents",
  derived: true,
  indexed: ["agentId"],
  queryable: { ...risk, agentDisplayName: { filter: ["eq", "startswith"] }, riskLastModifiedDateTime: time },
  shows: showsRiskyAgent,
};

export const riskyAgentIdentity: Entity = { ...riskyAgents, kind: "riskyAgentIdentity" };
export const riskyAgentIdentityBlueprintPrincipal: Entity = {
  ...riskyAgents,
  kind: "riskyAgentIdentityBlueprintPrincipal",
};
export const riskyAgentUser: Entity = { ...riskyAgents, kind: "riskyAgentUser" };

const unknown: Json = {
  additionalInfo: null,
  clientSessionId: null,
  riskEvidence: null,
  signInClientDisplayName: null,
  signInCorrelationId: null,
  signInRequestId: null,
};

export const agentRiskDetection: Entity = {
  kind: "agentRiskDetection",
  set: "identityProtection/agentRiskDetections",
  indexed: ["agentId"],
  queryable: {
    ...risk,
    id: { filter: ["eq"] },
    agentId: equal,
    identityId: equal,
    riskEventType: equal,
    activityDateTime: time,
    detectedDateTime: time,
  },
  shows: ({ id, body }, around) => ({
    id,
    ...unknown,
    ...body,
    blueprintId: aboutAgent(String(body["agentId"]), around).blueprintId,
  }),
};

/** Body of the three actions. */
export const agentsToJudge = {
  resource: "RiskyAgents",
  schema: z.strictObject({ agentIds: z.array(z.guid()).min(1) }),
} satisfies BodyRule;
