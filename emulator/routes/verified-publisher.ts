/** The verified publisher of applications and blueprints. */
import { publisherToSet } from "../entities/credential-body";
import { type Route, route, targetOf } from "../route";

const one = "/applications/{id}";

const shared = {
  method: "POST",
  anyKind: true,
  permissions: ["Application.ReadWrite.All"],
  permissionsByKind: { agentIdentityBlueprint: ["AgentIdentityBlueprint.ReadWrite.All"] },
} as const;

export const verifiedPublisherRoutes: Route[] = [
  route({
    ...shared,
    path: `${one}/setVerifiedPublisher`,
    basis: "prose",
    source: "REF application-setverifiedpublisher, agentidentityblueprint-setverifiedpublisher",
    differs: [
      "Every partner id is taken, whether Partner Center knows it or not; the publisher is named like the tenant.",
    ],
    body: publisherToSet,
    answer(context) {
      const { store, body, now, tenantName } = context;
      const object = targetOf(context);
      const { verifiedPublisherId } = body;
      const verifiedPublisher = { displayName: tenantName, verifiedPublisherId, addedDateTime: now.toISOString() };
      store.replace(object, { ...object.body, verifiedPublisher });
      return { status: 204 };
    },
  }),
  route({
    ...shared,
    path: `${one}/unsetVerifiedPublisher`,
    basis: "example",
    source: "REF application-unsetverifiedpublisher, agentidentityblueprint-unsetverifiedpublisher",
    answer(context) {
      const object = targetOf(context);
      const { verifiedPublisher: _gone, ...rest } = object.body;
      context.store.replace(object, rest);
      return { status: 204 };
    },
  }),
];
