/** Rules for users, whoever the caller is; agent users are users too. */
import type { z } from "zod";
import type { localAccountToCreate, userToChange, userToCreate } from "../entities/user-bodies";
import { userKinds } from "../entities";
import { verifiedDomains } from "../entities/organization";
import { badRequest, denied } from "../refusal";
import type { Context } from "../route";
import type { Json, StoredObject } from "../state/store";
import { tenantInitialDomain } from "../seed";
import { newId } from "./people";
import { insertObject } from "./quota";

/** Kinds whose mail addresses must not collide. */
const addressed = [...userKinds, "group"];

/** Characters before and after the `@` of a user principal name, and of the whole. */
export const longestAlias = 64;
export const longestPrincipalName = 113;

const aliasForm = /^[A-Za-z0-9'._\-!#^~]+$/;

/** @throws {GraphRefusal} when it is not `alias@domain` with one of the tenant's domains, or in use */
export function checkPrincipalName(context: Context, name: string, self?: string): void {
  const [, alias = "", domain = ""] = /^(.*)@([^@]*)$/.exec(name) ?? [];
  const fits = alias.length <= longestAlias && name.length <= longestPrincipalName;
  if (!aliasForm.test(alias) || alias.startsWith(".") || alias.endsWith(".") || !fits)
    throw badRequest("Property userPrincipalName is invalid.");
  if (!verifiedDomains(context).some(({ id }) => id === domain.toLowerCase())) {
    throw badRequest(
      "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.",
    );
  }
  checkFree(context, userKinds, "userPrincipalName", [name], self);
}

/** @throws {GraphRefusal} 400 when a living object already has one of the values */
export function checkFree(
  { store }: Context,
  kinds: readonly string[],
  property: string,
  values: readonly string[],
  self?: string,
): void {
  const taken = values.some((value) => store.find({ kinds, where: { property, value } }).some(({ id }) => id !== self));
  if (taken) throw badRequest(`Another object with the same value for property ${property} already exists.`);
}

/** The addresses that follow from the mail address: the primary one is written in capitals. */
export function proxyAddressesFor(context: Context, mail: string, self?: string): string[] {
  const addresses = [`SMTP:${mail}`];
  checkFree(context, addressed, "proxyAddresses", addresses, self);
  return addresses;
}

const classes = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/];

/** Eight to 256 characters of three kinds out of four, unless strong passwords are switched off. */
function checkPassword(password: string, policies: unknown): void {
  const weak = typeof policies === "string" && policies.includes("DisableStrongPassword");
  const kinds = classes.filter((form) => form.test(password)).length;
  if (password.length >= 8 && password.length <= 256 && (weak || kinds >= 3)) return;
  throw badRequest(
    "The specified password does not comply with password complexity requirements. Please provide a different password.",
  );
}

/** What is kept of a password: that there is one, and what must be done with it. Never the password itself. */
function profileKept(profile: Json, before: Json = {}): Json {
  const merged = { ...before, ...profile };
  return {
    forceChangePasswordNextSignIn: merged["forceChangePasswordNextSignIn"] ?? true,
    forceChangePasswordNextSignInWithMfa: merged["forceChangePasswordNextSignInWithMfa"] ?? false,
    password: null,
  };
}

export function makeUser(context: Context, body: z.infer<typeof userToCreate.schema>): StoredObject {
  const { passwordProfile, userPrincipalName } = body;
  checkPrincipalName(context, userPrincipalName);
  checkPassword(passwordProfile.password, body.passwordPolicies);
  checkLifecycle(context, body);
  return insertUser(context, "user", { ...body, passwordProfile: profileKept(passwordProfile) });
}

/** Its user principal name is made of its object id. Which passwords are good enough, user flows decide. */
export function makeLocalAccount(context: Context, body: z.infer<typeof localAccountToCreate.schema>): StoredObject {
  const id = newId();
  const alias = id.replaceAll("-", "");
  for (const { signInType, issuer } of body.identities) {
    const foreign = signInType !== "federated" && !verifiedDomains(context).some((domain) => domain["id"] === issuer);
    if (foreign) throw badRequest("Invalid value specified for property 'issuer' of resource 'User'.");
  }
  const own = { userPrincipalName: `${alias}@${tenantInitialDomain}`, mailNickname: alias, mail: null };
  const { passwordProfile } = body;
  const kept = { ...own, ...body, creationType: "LocalAccount", passwordProfile: profileKept(passwordProfile) };
  return insertUser(context, "user", kept, id);
}

/** `mail` follows from the user principal name when it is not given, as the documented examples show. */
export function insertUser(context: Context, kind: "user" | "agentUser", body: Json, id = newId()): StoredObject {
  const { store, now, caller } = context;
  const mail = body["mail"] === undefined ? String(body["userPrincipalName"]) : body["mail"];
  const at = now.toISOString();
  const made = insertObject(context, kind, id, {
    userType: "Member",
    ...body,
    mail,
    proxyAddresses: typeof mail === "string" ? proxyAddressesFor(context, mail) : [],
    createdDateTime: at,
    signInSessionsValidFromDateTime: at,
    ...(kind === "user" ? { lastPasswordChangeDateTime: at } : {}),
  });
  if (caller.idtyp === "user") store.link("createdObjects", caller.oid, made.id);
  return made;
}

export function changeUser(
  context: Context,
  user: StoredObject,
  change: z.infer<typeof userToChange.schema>,
): StoredObject {
  const { store, now } = context;
  if (change.userPrincipalName !== undefined) checkPrincipalName(context, change.userPrincipalName, user.id);
  checkLifecycle(context, change);
  const { passwordProfile: profile, ...rest } = change;
  const password = profile?.password;
  const policies = change.passwordPolicies ?? user.body["passwordPolicies"];
  if (password !== undefined) checkPassword(password, policies);
  const before = user.body["passwordProfile"] as Json | undefined;
  const at = now.toISOString();
  return store.replace(user, {
    ...user.body,
    ...rest,
    ...(profile ? { passwordProfile: profileKept(profile, before) } : {}),
    ...(password === undefined ? {} : { lastPasswordChangeDateTime: at, signInSessionsValidFromDateTime: at }),
    ...(change.mail === undefined ? {} : { proxyAddresses: proxyAddressesFor(context, change.mail, user.id) }),
    ...mergedParts(user, change),
  });
}

/** Tokens and sessions from before now are good no longer. */
export const revokeSessions = ({ store, now }: Context, user: StoredObject): StoredObject =>
  store.replace(user, { ...user.body, signInSessionsValidFromDateTime: now.toISOString() });

/** A change of one extension attribute leaves the others alone; organisation data is replaced whole. */
function mergedParts({ body }: StoredObject, change: Json): Json {
  const attributes = change["onPremisesExtensionAttributes"] as Json | null | undefined;
  if (!attributes) return {};
  return { onPremisesExtensionAttributes: { ...(body["onPremisesExtensionAttributes"] as Json), ...attributes } };
}

/** Two properties need a permission of their own, whatever else the caller may do. */
function checkLifecycle({ caller: { permissions } }: Context, body: Json): void {
  const leaves = typeof body["employeeLeaveDateTime"] === "string";
  if (leaves && !permissions.has("User-LifeCycleInfo.ReadWrite.All")) throw denied();
}

/** @throws {GraphRefusal} 403 unless the caller holds User.ManageIdentities.All when it changes identities */
export function checkIdentities({ caller: { permissions } }: Context, body: Json): void {
  if ("identities" in body && !permissions.has("User.ManageIdentities.All")) throw denied();
}
