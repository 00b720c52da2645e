// @ts-check
/** Rules of the product and of the emulated tenant, and how to take each away. */
import { agentMutants } from "./agents.mjs";
import { applicationMutants } from "./applications.mjs";
import { attributeMutants } from "./attributes.mjs";
import { cliMutants } from "./cli.mjs";
import { componentMutants } from "./components.mjs";
import { credentialMutants } from "./credentials.mjs";
import { deletionMutants } from "./deletion.mjs";
import { directoryMutants } from "./directory.mjs";
import { grantMutants } from "./grants.mjs";
import { odataMutants } from "./odata.mjs";
import { pageMutants } from "./pages.mjs";
import { policyMutants } from "./policies.mjs";
import { protocolMutants } from "./protocol.mjs";
import { conditionalAccessMutants } from "./provider-conditional-access.mjs";
import { trustMutants } from "./provider-credentials.mjs";
import { engineMutants } from "./provider-engine.mjs";
import { graphMutants } from "./provider-graph.mjs";
import { identityMutants } from "./provider-identities.mjs";
import { permissionMutants } from "./provider-permissions.mjs";
import { roleMutants } from "./roles.mjs";
import { signInMutants } from "./sign-in.mjs";
import { switchMutants } from "./switches.mjs";

/**
 * @typedef {object} Mutant
 * @property {string} rule what would not hold any more, as a sentence
 * @property {string} file
 * @property {string} find text that stands in the file exactly once
 * @property {string} replace
 * @property {readonly string[]} tests patterns of the test files that should notice
 * @property {string} [survives] why no test notices; it is counted, and not tried
 */

/** @type {readonly Mutant[]} */
export const mutants = [
  ...cliMutants,
  ...componentMutants,
  ...conditionalAccessMutants,
  ...trustMutants,
  ...engineMutants,
  ...graphMutants,
  ...identityMutants,
  ...permissionMutants,
  ...agentMutants,
  ...applicationMutants,
  ...attributeMutants,
  ...credentialMutants,
  ...deletionMutants,
  ...directoryMutants,
  ...grantMutants,
  ...odataMutants,
  ...pageMutants,
  ...policyMutants,
  ...protocolMutants,
  ...roleMutants,
  ...signInMutants,
  ...switchMutants,
];
