/** The tenant: /organization and /domains, to be read. */
import { z } from "zod";
import { domain, organization } from "../entities/organization";
import { listAnswer, objectAnswer } from "../odata/collection";
import { collectionOf, oneObject } from "../odata/query-rule";
import { notFound } from "../refusal";
import { type Context, keyOf, type Permissions, type Route, route } from "../route";
import type { StoredObject } from "../state/store";

const all = ["Organization.Read.All", "Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
const readOrganization: Permissions = { application: all, delegated: ["User.Read", ...all] };
const readDomains: Permissions = ["Domain.Read.All", "Domain.ReadWrite.All", "Directory.Read.All"];

const known = (context: Context, key: string, kind: string): StoredObject => {
  const id = keyOf(context, key);
  const found = context.store.get(id);
  if (found?.kind === kind) return found;
  throw notFound(id);
};

/** REF organization-update lists these and no others. */
const changeable = z.strictObject({
  marketingNotificationEmails: z.array(z.string()).optional(),
  privacyProfile: z
    .strictObject({ contactEmail: z.string().nullish(), statementUrl: z.string().nullish() })
    .nullable()
    .optional(),
  securityComplianceNotificationMails: z.array(z.string()).optional(),
  securityComplianceNotificationPhones: z.array(z.string()).optional(),
  technicalNotificationMails: z.array(z.string()).optional(),
});

const withUserRead = "With User.Read every property is read; Graph leaves all but three null.";

export const organizationRoutes: Route[] = [
  route({
    method: "GET",
    path: "/organization",
    permissions: readOrganization,
    basis: "prose",
    source: "REF organization-list",
    differs: [withUserRead],
    query: oneObject,
    answers: "organization",
    answer: (context) => listAnswer(context, { kinds: [organization.kind] }),
  }),
  route({
    method: "GET",
    path: "/organization/{organization}",
    permissions: readOrganization,
    basis: "prose",
    source: "REF organization-get",
    differs: [withUserRead],
    query: oneObject,
    answers: "organization",
    answer: (context) => objectAnswer(context, known(context, "organization", organization.kind)),
  }),
  route({
    method: "PATCH",
    path: "/organization/{organization}",
    permissions: { delegated: ["Organization.ReadWrite.All"], application: ["Organization.ReadWrite.All"] },
    basis: "example",
    source: "REF organization-update",
    body: { resource: "Organization", schema: changeable },
    answer(context) {
      const found = known(context, "organization", organization.kind);
      context.store.replace(found, { ...found.body, ...context.body });
      return { status: 204 };
    },
  }),
  route({
    method: "GET",
    path: "/domains",
    permissions: readDomains,
    basis: "prose",
    source: "REF domain-list",
    query: collectionOf(domain),
    answers: "domain",
    answer: (context) => listAnswer(context, { kinds: [domain.kind] }),
  }),
  route({
    method: "GET",
    path: "/domains/{domain}",
    permissions: readDomains,
    basis: "prose",
    source: "REF domain-get",
    query: oneObject,
    answers: "domain",
    answer: (context) => objectAnswer(context, known(context, "domain", domain.kind)),
  }),
];
