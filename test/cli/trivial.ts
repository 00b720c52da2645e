import type { Stack } from "./stack";

/** A resource kind without a tenant, for testing the harness itself. It obeys variables of the environment. */
const lifeCycle = `
const { DRIFT: drift, STALL: stall } = process.env;
function untilEngineEnds() {
  console.log("stalled");
  const [host, port] = process.argv[2].split(":");
  return new Promise(() => require("node:net").connect(port, host).on("close", () => process.exit()));
}
exports.check = async (olds, news) =>
  news.colour === "none" ? { inputs: news, failures: [{ property: "colour", reason: "is no colour" }] } : { inputs: news };
exports.diff = async (id, olds, news) => ({ replaces: olds.place === news.place ? [] : ["place"] });
exports.create = async (inputs) => {
  if (stall) await untilEngineEnds();
  return { id: "thing-1", outs: inputs };
};
exports.read = async (id, props) => {
  if (drift === "gone") return {};
  const inputs = drift ? { ...props, colour: drift } : props;
  return { id, props: inputs, inputs };
};
exports.update = async (id, olds, news) => ({ outs: news });
exports.delete = async () => undefined;
`;

/** What a program that declares things looks like. */
export const things = (
  ...args: { name: string; colour?: string; place?: string; list?: string[] }[]
): { source: string } => ({
  source: `
const pulumi = require("@pulumi/pulumi");
class Thing extends pulumi.CustomResource {
  constructor(name, args) {
    const __provider = 'exports.handler = () => require("trivial")';
    super("pulumi-nodejs:dynamic/trivial:Thing", name, { ...args, __provider }, { deleteBeforeReplace: true });
  }
}
for (const { name, ...args } of ${JSON.stringify(args)}) new Thing(name, args);
`,
});

export function installThings(stack: Stack): void {
  stack.write("node_modules/trivial/index.js", lifeCycle);
}
