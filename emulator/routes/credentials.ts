/**
 * Secrets and certificates of applications, blueprints and service principals: the actions, and the one read that shows
 * keys.
 */
import { entityOf } from "../entities";
import { certificatesOf, shownCertificate } from "../entities/credential";
import { keyToAdd, keyToRemove, passwordToAdd, passwordToRemove } from "../entities/credential-body";
import { objectAnswer } from "../odata/collection";
import { badRequest, denied } from "../refusal";
import type { Answer } from "../answer";
import { type Context, permitted, type Permissions, type Route, route, targetOf } from "../route";
import { checkHasCredentials } from "../rules/credentials";
import { addCertificate, checkProof, removeCertificate } from "../rules/key-credentials";
import { checkOwned } from "../rules/ownership";
import { addPassword, removePassword } from "../rules/password-credentials";
import type { StoredObject } from "../state/store";
import {
  blueprintCredentials,
  identityWrite,
  ownedBy,
  plainWrite,
  principalWrite,
  writeAll,
} from "./application-permissions";

/** One object. Its certificates themselves are shown when `$select` names `keyCredentials`, and only then. */
export function certificatesShown(context: Context, object: StoredObject): Answer {
  const answer = objectAnswer(context, object);
  const asked = context.query.select?.some((name) => name.toLowerCase() === "keycredentials") ?? false;
  return asked ? { ...answer, body: { ...answer.body, keyCredentials: certificatesOf(object.body) } } : answer;
}

const byKind: Readonly<Record<string, Permissions>> = {
  agentIdentityBlueprint: blueprintCredentials,
  agentIdentityBlueprintPrincipal: principalWrite,
  agentIdentity: identityWrite,
};

/** The object that is addressed, when it can have credentials and this caller may change them. */
function changeable(context: Context): StoredObject {
  const object = targetOf(context);
  checkOwned(context, object, ownedBy, [writeAll, ...blueprintCredentials]);
  checkHasCredentials(context, object);
  return object;
}

/** The same, where no permission is needed to roll one's own keys. */
function rollable(context: Context): StoredObject {
  const object = targetOf(context);
  const { caller } = context;
  const own = caller.idtyp === "app" && caller.appId === object.body["appId"];
  if (own) checkHasCredentials(context, object);
  else if (permitted(byKind[object.kind] ?? plainWrite, caller, [])) return changeable(context);
  else throw denied();
  return object;
}

/** Whether a caller may is seen when the object is known. */
const anybody: Permissions = [[]];

const actionsOn = (collection: string, page: string): Route[] => {
  const one = `/${collection}/{id}`;
  const shared = { method: "POST", anyKind: true } as const;
  const withPermission = { ...shared, permissions: plainWrite, permissionsByKind: byKind };
  const rolling = {
    ...shared,
    permissions: anybody,
    permissionsByKind: Object.fromEntries(Object.keys(byKind).map((kind) => [kind, anybody])),
  };
  return [
    route({
      ...withPermission,
      path: `${one}/addPassword`,
      basis: "example",
      source: `REF ${page}-addpassword`,
      body: passwordToAdd,
      answers: "passwordCredential",
      answer(context) {
        const made = addPassword(context, changeable(context), context.body.passwordCredential ?? {});
        return said(context, "passwordCredential", made);
      },
    }),
    route({
      ...withPermission,
      path: `${one}/removePassword`,
      basis: "example",
      source: `REF ${page}-removepassword`,
      body: passwordToRemove,
      answer(context) {
        removePassword(context, changeable(context), context.body.keyId);
        return { status: 204 };
      },
    }),
    route({
      ...rolling,
      path: `${one}/addKey`,
      basis: "prose",
      source: `REF ${page}-addkey, application-rollkey-prooftoken; Microsoft Q&A 587303 for the refusal of a bad proof`,
      differs: ["Only proofs signed with RS256 are understood."],
      body: keyToAdd,
      answers: "keyCredential",
      answer(context) {
        const object = rollable(context);
        const { keyCredential, passwordCredential, proof } = context.body;
        checkProof(context, object, proof);
        if ((keyCredential.type === "X509CertAndPassword") !== Boolean(passwordCredential))
          throw badRequest("'passwordCredential' is required for keys of type X509CertAndPassword, and only for them.");
        return said(context, "keyCredential", shownCertificate(addCertificate(context, object, keyCredential)));
      },
    }),
    route({
      ...rolling,
      path: `${one}/removeKey`,
      basis: "prose",
      source: `REF ${page}-removekey`,
      body: keyToRemove,
      answer(context) {
        const object = rollable(context);
        checkProof(context, object, context.body.proof);
        removeCertificate(context, object, context.body.keyId);
        return { status: 204 };
      },
    }),
  ];
};

const said = ({ base }: Context, type: string, value: object): Answer => ({
  status: 200,
  body: { "@odata.context": `${base}/$metadata#microsoft.graph.${type}`, ...value },
});

export const credentialRoutes: Route[] = [
  ...actionsOn(entityOf("application").set, "application"),
  ...actionsOn(entityOf("servicePrincipal").set, "serviceprincipal"),
];
