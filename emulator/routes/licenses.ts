/** Licences of users, and what the tenant has subscribed to. */
import { z } from "zod";
import { subscribedSku } from "../entities/organization";
import { licensesOf, servicePlansOf, subscriptionOf } from "../entities/license";
import { listAnswer, objectAnswer } from "../odata/collection";
import { project } from "../odata/projection";
import { oneObject } from "../odata/query-rule";
import { notFound } from "../refusal";
import type { Answer } from "../answer";
import { type Context, keyOf, type Permissions, type Route, route } from "../route";
import { checkReachOf } from "../rules/agent-user";
import { assignLicense } from "../rules/license";
import type { StoredObject } from "../state/store";
import { view } from "../view";
import { meOf } from "./me";
import { readAgentUser, writeAgentUser } from "./user-permissions";
import { userOf } from "./users";

const readSubscriptions: Permissions = [
  "LicenseAssignment.Read.All",
  "LicenseAssignment.ReadWrite.All",
  "Organization.Read.All",
  "Organization.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];

const writeLicenses = ["LicenseAssignment.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"];

const asked = {
  resource: "User",
  schema: z.strictObject({
    addLicenses: z.array(
      z.strictObject({
        "@odata.type": z.string().optional(),
        skuId: z.guid(),
        disabledPlans: z.array(z.guid()).default([]),
      }),
    ),
    removeLicenses: z.array(z.guid()),
  }),
};

/** One entry a licence; its id is like those of the subscription, encoded, and opaque. */
function licenseDetails(context: Context, user: StoredObject): Answer {
  const { base, query, path } = context;
  const value = licensesOf(user).flatMap(({ skuId, disabledPlans }) => {
    const subscription = subscriptionOf(skuId, context);
    if (!subscription) return [];
    const servicePlans = servicePlansOf(subscription).map(({ servicePlanId, servicePlanName }) => ({
      servicePlanId,
      servicePlanName,
      provisioningStatus: disabledPlans.includes(servicePlanId) ? "Disabled" : "Success",
      appliesTo: "User",
    }));
    const id = Buffer.from(skuId.replaceAll("-", ""), "hex").toString("base64url");
    const details = { id, skuId, skuPartNumber: subscription.body["skuPartNumber"], servicePlans };
    return [project(details, query.select, "licenseDetails")];
  });
  return { status: 200, body: { "@odata.context": `${base}/$metadata#${path.slice(1)}`, value } };
}

/** The examples show properties that other answers only have on `$select`. */
const wholeUser = (context: Context, user: StoredObject): Answer => ({
  status: 200,
  body: { "@odata.context": `${context.base}/$metadata#users/$entity`, ...view(user, context) },
});

const details = { basis: "prose", source: "REF user-list-licensedetails", query: oneObject } as const;

export const licenseRoutes: Route[] = [
  route({
    method: "GET",
    path: "/subscribedSkus",
    permissions: readSubscriptions,
    basis: "example",
    source: "REF subscribedsku-list",
    differs: ["Each subscription lists the best known of its service plans, not all."],
    query: oneObject,
    answers: "subscribedSku",
    answer: (context) => listAnswer(context, { kinds: [subscribedSku.kind] }),
  }),
  route({
    method: "GET",
    path: "/subscribedSkus/{sku}",
    permissions: readSubscriptions,
    basis: "prose",
    source: "REF subscribedsku-get",
    query: oneObject,
    answers: "subscribedSku",
    answer(context) {
      const found = context.store.get(keyOf(context, "sku"));
      if (found?.kind !== subscribedSku.kind) throw notFound(keyOf(context, "sku"));
      return objectAnswer(context, found);
    },
  }),
  route({
    method: "POST",
    path: "/users/{id}/assignLicense",
    anyKind: true,
    permissions: writeLicenses,
    permissionsByKind: { agentUser: ["LicenseAssignment.ReadWrite.All", ...writeAgentUser] },
    basis: "example",
    source: "REF user-assignlicense",
    differs: [
      "Licences are there at once; Graph takes minutes and up to a day to provision them.",
      "A person needs the permission only: directory roles are not looked at.",
    ],
    body: asked,
    answers: "user",
    answer(context) {
      const user = userOf(context);
      checkReachOf(context, user);
      const { addLicenses, removeLicenses } = context.body;
      return wholeUser(context, assignLicense(context, user, addLicenses, removeLicenses));
    },
  }),
  route({
    method: "POST",
    path: "/me/assignLicense",
    permissions: { application: [[]], delegated: writeLicenses },
    basis: "example",
    source: "REF user-assignlicense",
    body: asked,
    answers: "user",
    answer(context) {
      const { addLicenses, removeLicenses } = context.body;
      return wholeUser(context, assignLicense(context, meOf(context), addLicenses, removeLicenses));
    },
  }),
  route({
    ...details,
    method: "GET",
    path: "/users/{id}/licenseDetails",
    anyKind: true,
    permissions: ["LicenseAssignment.Read.All", "User.Read.All", "Directory.Read.All"],
    permissionsByKind: { agentUser: ["LicenseAssignment.Read.All", ...readAgentUser] },
    answers: "licenseDetails",
    answer: (context) => licenseDetails(context, userOf(context)),
  }),
  route({
    ...details,
    method: "GET",
    path: "/me/licenseDetails",
    permissions: { application: [[]], delegated: ["User.Read", "LicenseAssignment.Read.All", "User.Read.All"] },
    answers: "licenseDetails",
    answer: (context) => licenseDetails(context, meOf(context)),
  }),
];
