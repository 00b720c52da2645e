/** What Conditional Access refuses. */
import { authenticationStrengths } from "../entities/authentication-strength";
import type { Policy } from "../entities/conditional-access-policy";
import { servicePrincipalKinds } from "../entities";
import { directoryRoles } from "../permissions";
import { plainBadRequest } from "../refusal";
import type { Context } from "../route";
import type { StoredObject } from "../state/store";
import { checkPolicyLicensed } from "./conditional-access-licences";

const agentPrincipalKinds = ["agentIdentity", "agentIdentityBlueprintPrincipal"];

/** The real service puts a number of four digits before its messages; which belong to these is not published. */
const unknownId = (id: string, property: string) =>
  plainBadRequest(`1000: The policy references '${id}' in ${property}, which does not exist.`);

/** @throws {GraphRefusal} naming the first rule that does not hold */
export function checkPolicy(policy: Policy, context: Context): void {
  for (const [broken, message] of rules(policy)) if (broken) throw plainBadRequest(message);
  checkPolicyLicensed(policy, context);
  checkReferences(policy, context);
}

const filterForm = /^\s*\(*\s*CustomSecurityAttribute\.\w+_\w+\s+-\w+\s+\S/;

function* rules({ conditions, grantControls, sessionControls }: Policy): Generator<[broken: boolean, message: string]> {
  const { applications, users, clientApplications: clients } = conditions;
  const {
    includeApplications = [],
    includeUserActions = [],
    includeAuthenticationContextClassReferences: contexts = [],
  } = applications ?? {};
  const targets = [includeApplications, includeUserActions, contexts].filter((list) => list.length > 0).length;
  yield [
    targets > 1,
    "1012: 'applications' condition cannot include both 'includeApplications' and 'includeUserActions'/'includeProtectionLevels'. " +
      "Please remove one of the conditions: they exclude each other.",
  ];
  yield [
    targets === 0 && !applications?.applicationFilter,
    "The policy must include at least one application or user action; use 'None' for none.",
  ];
  const wide = includeApplications.some((application) => ["All", "None", "AllAgentIdResources"].includes(application));
  yield [
    wide && !!applications?.applicationFilter,
    "applicationFilter cannot be used with All, None or AllAgentIdResources.",
  ];

  yield [
    conditions.clientAppTypes?.length === 0,
    "1064: 'clientAppTypes' condition does not support []. If you want to target all client apps, use ['All'].",
  ];
  const states = conditions.deviceStates;
  yield [!!states && !!conditions.devices, "1060: 'deviceStates' and 'devices' conditions cannot be set together."];
  yield [
    (states?.includeStates?.length ?? 0) + (states?.excludeStates?.length ?? 0) > 0,
    "1088: 'includeDeviceStates' and 'excludeDeviceStates' are no longer supported. Please use 'includeDevices' and 'excludeDevices' going forward.",
  ];

  yield [!users && !clients, "The policy must have a condition on users or on client applications."];
  const { includeUsers = [], includeGroups = [], includeRoles = [] } = users ?? {};
  const nobody =
    includeUsers.length + includeGroups.length + includeRoles.length === 0 && !users?.includeGuestsOrExternalUsers;
  yield [!!users && nobody, "includeUsers must be 'All' or 'None' when no other users, groups or roles are included."];
  for (const side of ["include", "exclude"] as const) {
    yield [
      users?.[`${side}Users`]?.includes("GuestsOrExternalUsers") === true && !!users[`${side}GuestsOrExternalUsers`],
      "1102: 'GuestsOrExternalUsers' cannot be combined with guestOrExternalUsers.",
    ];
  }
  const {
    includeServicePrincipals = [],
    servicePrincipalFilter,
    includeAgentIdServicePrincipals: agents = [],
    agentIdServicePrincipalFilter: filter,
  } = clients ?? {};
  yield [
    !!filter && !filterForm.test(filter.rule),
    "The rule of agentIdServicePrincipalFilter must compare a CustomSecurityAttribute.",
  ];
  const forAgents = agents.length > 0 || !!filter;
  const forWorkloads = includeServicePrincipals.length > 0 || !!servicePrincipalFilter;
  yield [!!clients && !forAgents && !forWorkloads, "The client applications of the policy must include something."];

  const {
    builtInControls = [],
    customAuthenticationFactors = [],
    termsOfUse = [],
    authenticationStrength,
  } = grantControls ?? {};
  const others = customAuthenticationFactors.length + termsOfUse.length + (authenticationStrength ? 1 : 0);
  const controls = builtInControls.length + others;
  const session = Object.values(sessionControls ?? {}).some((control) => control !== null);
  yield [controls === 0 && !session, "The policy must have a grant control or a session control."];
  yield [
    builtInControls.includes("block") && controls > 1,
    "The grant control 'block' cannot be combined with others.",
  ];
  yield [
    builtInControls.includes("mfa") && !!authenticationStrength,
    "1108: Authentication strengths cannot be used alongside the MFA built-in control.",
  ];
  const only = (control: string) => builtInControls.length === 1 && builtInControls[0] === control && others === 0;
  yield [
    (forAgents || forWorkloads) && !only("block"),
    "Policies for agent identities and service principals can only block.",
  ];
  const forAgentUsers = includeUsers.includes("AllAgentIdUsers");
  yield [
    forAgentUsers && !only("block") && !only("compliantDevice"),
    "Policies for agent users can only block, or require a compliant device.",
  ];
  yield [!!conditions.agentContext && !forAgentUsers, "The condition 'agentContext' needs a policy for agent users."];
  const frequency = sessionControls?.signInFrequency;
  const timed = frequency?.value !== undefined && frequency.value !== null ? true : !!frequency?.type;
  yield [
    frequency?.frequencyInterval === "everyTime" && timed,
    "signInFrequency cannot have a value or a type when it is everyTime.",
  ];
  yield [
    !!frequency && frequency.frequencyInterval !== "everyTime" && !timed,
    "signInFrequency must have a value and a type.",
  ];
  yield [
    frequency?.frequencyInterval !== "everyTime" && frequency?.authenticationType === "secondaryAuthentication",
    "1104: 'timeBased' value for 'frequencyInterval' property in 'signInFrequency' session control only supports " +
      "'primaryAndSecondaryAuthentication' value for 'authenticationType' property.",
  ];
}

const words: Readonly<Record<string, readonly string[]>> = {
  users: ["All", "None", "GuestsOrExternalUsers", "AllAgentIdUsers"],
  applications: ["All", "None", "Office365", "MicrosoftAdminPortals", "AllAgentIdResources"],
  agents: ["All"],
  servicePrincipals: ["ServicePrincipalsInMyTenant"],
  // The last stands for the trusted addresses of multifactor authentication.
  locations: ["All", "AllTrusted", "00000000-0000-0000-0000-000000000000"],
};

/** How many times as long as a late replica Conditional Access does not know a new service principal. */
const slower = 4;

/** Whether Conditional Access knows a service principal that the directory knows. */
function isKnown({ body }: StoredObject, { switches, now }: Context): boolean {
  const { lag, profiles } = switches;
  const made = body["createdDateTime"];
  if (!lag || profiles.conditionalAccessLag !== "longer" || typeof made !== "string") return true;
  return Date.parse(made) + slower * lag.ms <= now.getTime();
}

function checkReferences({ conditions, grantControls }: Policy, context: Context): void {
  const { store } = context;
  const { users, applications, clientApplications: clients, locations } = conditions;
  const isOf =
    (...kinds: readonly string[]) =>
    (id: string) =>
      kinds.includes(store.get(id)?.kind ?? "");
  const agent = (id: string) => {
    const found = store.get(id);
    return !!found && agentPrincipalKinds.includes(found.kind) && isKnown(found, context);
  };
  const application = (appId: string) =>
    store.replica
      .find({ kinds: servicePrincipalKinds, where: { property: "appId", value: appId } })
      .some((found) => isKnown(found, context));
  const role = (id: string) => directoryRoles.some(({ templateId }) => templateId === id.toLowerCase());
  const check = (
    property: string,
    ids: readonly string[] | undefined,
    known: (id: string) => boolean,
    special: readonly string[] = [],
  ) => {
    const unknown = ids?.find((id) => !special.includes(id) && !known(id));
    if (unknown !== undefined) throw unknownId(unknown, property);
  };
  check("includeUsers", users?.includeUsers, isOf("user"), words["users"]);
  check("excludeUsers", users?.excludeUsers, isOf("user"), words["users"]);
  check("includeGroups", users?.includeGroups, isOf("group"));
  check("excludeGroups", users?.excludeGroups, isOf("group"));
  check("includeRoles", users?.includeRoles, role);
  check("excludeRoles", users?.excludeRoles, role);
  check("includeApplications", applications?.includeApplications, application, words["applications"]);
  check("excludeApplications", applications?.excludeApplications, application, words["applications"]);
  check("includeAgentIdServicePrincipals", clients?.includeAgentIdServicePrincipals, agent, words["agents"]);
  check("excludeAgentIdServicePrincipals", clients?.excludeAgentIdServicePrincipals, agent);
  const workload = isOf("servicePrincipal");
  check("includeServicePrincipals", clients?.includeServicePrincipals, workload, words["servicePrincipals"]);
  check("excludeServicePrincipals", clients?.excludeServicePrincipals, workload);
  const location = isOf("ipNamedLocation", "countryNamedLocation");
  check("includeLocations", locations?.includeLocations, location, words["locations"]);
  check("excludeLocations", locations?.excludeLocations, location, words["locations"]);
  const strength = grantControls?.authenticationStrength;
  check("authenticationStrength", strength ? [strength.id] : [], (id) =>
    authenticationStrengths.some((known) => known.id === id),
  );
}
