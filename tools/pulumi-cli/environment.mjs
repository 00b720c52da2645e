// @ts-check
/** The environment in which the demo and the tests run the CLI: nothing of the user's Pulumi, Azure or tenant gets in. */
import path from "node:path";

const dropped = /^(PULUMI|ENTRA_AGENT_ID|AZURE|ARM)_/;

/**
 * @param {{ directory: string }} cli as ensurePulumiCli found it
 * @param {{ home: string, state: string, tenant: string, base?: NodeJS.ProcessEnv }} where
 *   home: own PULUMI_HOME. state: folder of the file backend. tenant: ENTRA_AGENT_ID_TENANT.
 * @returns {NodeJS.ProcessEnv}
 */
export function pulumiEnvironment(cli, { home, state, tenant, base = process.env }) {
  const kept = Object.fromEntries(Object.entries(base).filter(([name]) => !dropped.test(name)));
  return {
    ...kept,
    // The Node.js that runs this script runs the programs too; the machine's own may be too old for Pulumi's SDK.
    PATH: [cli.directory, path.dirname(process.execPath), base["PATH"] ?? ""].join(path.delimiter),
    PULUMI_HOME: home,
    // No checksums beside the states: a run that is killed while it writes one would leave it half.
    PULUMI_BACKEND_URL: `file://${state}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "1",
    // Everything needed is here. A missing plugin is an error at once; it is not looked for on the network.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "1",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "1",
    PULUMI_SUPPRESS_NEO_LINK: "1",
    ENTRA_AGENT_ID_TENANT: tenant,
    // Each CLI run starts four Node.js processes that load the same modules: half a second less.
    NODE_COMPILE_CACHE: path.join(home, "node-compile-cache"),
  };
}
