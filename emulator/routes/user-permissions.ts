/** Which permissions reach users: of people, and of agent users. */
import type { Permission } from "../route";

const agentUserWriters = ["AgentIdUser.ReadWrite.IdentityParentedBy", "AgentIdUser.ReadWrite.All"];

/** REF user-get, REF agentuser-get. A person may read itself with User.Read: the page of `/me` says so. */
export const read: readonly Permission[] = [
  "User.ReadBasic.All",
  "User.Read.All",
  "User.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
export const readAgentUser: readonly Permission[] = [
  "User.Read.All",
  "User.ReadWrite.All",
  "Directory.Read.All",
  ...agentUserWriters,
];
/** A list holds both. */
export const list: readonly Permission[] = [...read, ...agentUserWriters];

export const write: readonly Permission[] = ["User.ReadWrite.All", "Directory.ReadWrite.All"];
export const writeAgentUser: readonly Permission[] = [...agentUserWriters, "User.ReadWrite.All"];

/** REF user-update and agentuser-update: some properties have permissions of their own. */
const byProperty: readonly Permission[] = [
  { name: "User-Mail.ReadWrite.All", only: ["otherMails"] },
  { name: "User-PasswordProfile.ReadWrite.All", only: ["passwordProfile"] },
  { name: "User-Phone.ReadWrite.All", only: ["businessPhones", "mobilePhone"] },
  { name: "User.EnableDisableAccount.All", and: "User.Read.All", only: ["accountEnabled"] },
  { name: "User-LifeCycleInfo.ReadWrite.All", and: "User.Read.All", only: ["employeeLeaveDateTime"] },
  { name: "User.ManageIdentities.All", only: ["identities"] },
  { name: "CustomSecAttributeAssignment.ReadWrite.All", only: ["customSecurityAttributes"] },
];
export const change: readonly Permission[] = [...byProperty, ...write];
export const changeOfAgentUser: readonly Permission[] = [...byProperty, ...writeAgentUser];

export const remove: readonly Permission[] = ["User.DeleteRestore.All", ...write];

/** What users are connected to: managers, sponsors, memberships. */
export const readRelations: readonly Permission[] = [
  "User.Read.All",
  "User.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
export const readMemberships: readonly Permission[] = [
  "User.Read.All",
  "GroupMember.Read.All",
  "Group.Read.All",
  ...readRelations.slice(1),
];
