/** What administrators say of an agent's risk. Nothing else makes an agent risky here. */
import { agentRiskDetection, riskId, riskyKinds } from "../entities/risky-agent";
import { notFound } from "../refusal";
import type { Context } from "../route";
import type { Json, Store, StoredObject } from "../state/store";
import { propertiesOf } from "../view";
import { newId } from "./people";

export type Judgement = "confirmCompromised" | "confirmSafe" | "dismiss";

const outcomes: Readonly<Record<Judgement, Json>> = {
  confirmCompromised: {
    riskLevel: "high",
    riskState: "confirmedCompromised",
    riskDetail: "adminConfirmedAgentCompromised",
  },
  confirmSafe: { riskLevel: "none", riskState: "confirmedSafe", riskDetail: "adminConfirmedAgentSafe" },
  dismiss: { riskLevel: "none", riskState: "dismissed", riskDetail: "adminDismissedRiskForAgent" },
};

/** @throws {GraphRefusal} 404 when one is no agent; then nothing is changed */
export function judge(context: Context, agentIds: readonly string[], judgement: Judgement): void {
  const agents = agentIds.map((id) => {
    const agent = context.store.get(id);
    if (agent && agent.kind in riskyKinds) return agent;
    throw notFound(id);
  });
  for (const agent of agents) judgeOne(context, agent, judgement);
}

function judgeOne(context: Context, agent: StoredObject, judgement: Judgement): void {
  const { store, now } = context;
  const record = store.primary.get(riskId(agent.id));
  const outcome = { ...outcomes[judgement], riskLastModifiedDateTime: now.toISOString() };
  if (record) store.replace(record, { ...record.body, ...outcome });
  // Who never was at risk has nothing to be dismissed.
  else if (judgement !== "confirmCompromised") return;
  else store.insert(riskyKinds[agent.kind] ?? "", riskId(agent.id), { ...identified(context, agent), ...outcome });
  if (judgement === "confirmCompromised") detect(context, agent);
  else settle(store, agent.id, outcomes[judgement], now);
}

function identified(context: Context, agent: StoredObject): Json {
  const { displayName } = propertiesOf(agent, context);
  return { agentId: agent.id, agentDisplayName: displayName, identityType: agent.kind };
}

function detect(context: Context, agent: StoredObject): void {
  const at = context.now.toISOString();
  const { agentDisplayName, ...identity } = identified(context, agent);
  context.store.insert(agentRiskDetection.kind, newId(), {
    ...identity,
    agentDisplayName,
    displayName: agentDisplayName,
    identityId: agent.id,
    activityDateTime: at,
    detectedDateTime: at,
    lastModifiedDateTime: at,
    detectionTimingType: "offline",
    riskEventType: "adminConfirmedAgentCompromised",
    source: "IdentityProtection",
    ...outcomes.confirmCompromised,
  });
}

function settle(store: Store, agentId: string, outcome: Json, now: Date): void {
  for (const detection of store.find({
    kinds: [agentRiskDetection.kind],
    where: { property: "agentId", value: agentId },
  })) {
    store.replace(detection, { ...detection.body, ...outcome, lastModifiedDateTime: now.toISOString() });
  }
}

/** Level that Conditional Access sees: `none` for whoever has no record. */
export function riskLevelOf(store: Store, agentId: string): string {
  const level = store.get(riskId(agentId))?.body["riskLevel"];
  return typeof level === "string" ? level : "none";
}
