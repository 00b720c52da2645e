/**
 * What the resource classes of this package share: the type token, the provider text, the marker, findings at once.
 *
 * A class stands in one file with its life cycle, and a life cycle must be usable without Pulumi: by the command, by
 * another adapter. So Pulumi's SDK is loaded when the first resource is declared, and is the base class from then on.
 */
import { createRequire } from "node:module";
import type * as pulumi from "@pulumi/pulumi";
import { tenantSetting } from "../../graph/settings";
import { type Schema, validate } from "../inputs";
import { deletesFirst, type Finding } from "../lifecycle";
import { markerOf } from "../marker";
import { UNKNOWN } from "../unknown";
import { traceProgramOnly } from "./stack-trace";

/**
 * The text that Pulumi keeps in the stack's state and runs in the provider process: one line, nothing captured. It is a
 * contract with every stack ever deployed: the sub-path and the names below it never change.
 */
export const providerText = (kind: string): string =>
  `exports.handler=()=>require("pulumi-entra-agent-id/dynamic/v1").${kind}`;

export const typeToken = (kind: string): string => `pulumi-nodejs:dynamic/entra-agent-id:${kind}`;

/** Stands in for `pulumi.CustomResource` until the SDK is loaded. No object is ever made of it. */
const UntilSdkIsLoaded = Object as unknown as typeof pulumi.CustomResource;

let loaded: typeof pulumi | undefined;

/** Pulumi's SDK. From the first call on EntraResource extends its CustomResource: `super` looks its base class up when it is called. */
function sdk(): typeof pulumi {
  if (loaded) return loaded;
  loaded = createRequire(__filename)("@pulumi/pulumi") as typeof pulumi;
  Object.setPrototypeOf(EntraResource, loaded.CustomResource);
  Object.setPrototypeOf(EntraResource.prototype, loaded.CustomResource.prototype);
  return loaded;
}

/**
 * A directory object declared in a program.
 *
 * Every resource can fail with SIGN_IN_FAILED, SETTING_INVALID, WRONG_TENANT, FORBIDDEN (a permission is missing), THROTTLED,
 * UNAVAILABLE, ANSWER_LOST, UNEXPECTED_ANSWER, NOT_YET_VISIBLE, NOT_FOUND (deleted outside Pulumi, or what it refers to), and
 * OWNERSHIP_UNCLEAR when two resources of a program have one object.
 */
export abstract class EntraResource extends UntilSdkIsLoaded {
  /** GUID of the tenant that contains the object. State of one tenant is never applied to another. */
  declare readonly tenantId: pulumi.Output<string>;

  /**
   * @param outputs names of what Graph computes; an output exists on the class only when it is named here.
   */
  protected constructor(
    lifecycle: Schema,
    name: string,
    args: object,
    outputs: readonly string[],
    opts: pulumi.CustomResourceOptions = {},
  ) {
    const { log, mergeOptions } = sdk();
    refuseOtherTenantThanExpected();
    refuseImport(lifecycle, name, opts);
    const type = typeToken(lifecycle.kind);
    const findings = findingsOf(lifecycle, args);
    const urn = urnOf(type, name, opts.parent);
    const traceAll = traceProgramOnly(__filename);
    try {
      super(
        type,
        name,
        {
          ...Object.fromEntries([...outputs, "tenantId"].map((output) => [output, undefined])),
          ...args,
          marker: marker(urn),
          // For `check` alone: what other resources may make before this one is deployed.
          ...awaits(args, opts),
          // For `check` alone, which reports waits on the resource's line and keeps it out of the state: see engine-log.ts.
          __urn: urn,
          ...(findings.length > 0
            ? { __findings: findings.map(({ property, reason }) => `${property} ${reason}`) }
            : {}),
          __provider: providerText(lifecycle.kind),
        },
        mergeOptions(deletesFirst(lifecycle) ? { deleteBeforeReplace: true } : {}, opts),
      );
    } finally {
      traceAll();
    }
    for (const { property, reason } of findings) {
      void log.error(`${lifecycle.noun} "${name}": ${property} ${reason}`, this);
      process.exitCode = 1;
    }
  }
}

/** Findings about plain values; what is an output is validated by the provider when it is known. */
function findingsOf(schema: Schema, args: object): readonly Finding[] {
  const given = Object.entries(args).filter(([, value]) => value !== undefined);
  const plain = given.map(([key, value]) => [key, isDeferred(value) ? UNKNOWN : value] as const);
  return validate(schema, Object.fromEntries(plain)).findings;
}

/**
 * Which arguments come from resources that are not ours, and whether such a resource stands in `dependsOn`: what they name
 * may be made by it. Ours make no people and no groups. In a preview one of `dependsOn` counts only where it is not there yet.
 */
function awaits(args: object, { dependsOn }: pulumi.CustomResourceOptions): Record<string, unknown> {
  const { all, output, runtime } = sdk();
  const dependencies = output<unknown>(dependsOn) as unknown as pulumi.Output<unknown>;
  const deferred = Object.entries(args).filter(([, value]) => isDeferred(value));
  const some = deferred.map(async ([key, value]) => ((await resourcesOf(output(value))).some(isForeign) ? [key] : []));
  return {
    ...(deferred.length > 0 ? { __awaits: Promise.all(some).then(someOrNone) } : {}),
    ...(dependsOn === undefined
      ? {}
      : {
          __awaitsAll: dependencies.apply((given) => {
            const others = (Array.isArray(given) ? given : [given]).flatMap(withChildren).filter(isForeign);
            if (!runtime.isDryRun()) return others.length > 0;
            return all(others.map(({ id }) => id)).apply(() => false);
          }),
        }),
  };
}

/** An input that is undefined is left out. */
const someOrNone = (keys: readonly (readonly string[])[]): readonly string[] | undefined =>
  keys.some(({ length }) => length > 0) ? keys.flat() : undefined;

/** The resources that an output comes from. Pulumi's SDK has no public way to ask. */
async function resourcesOf(value: unknown): Promise<readonly unknown[]> {
  const { allResources } = value as { allResources?: () => Promise<Iterable<unknown>> };
  return allResources ? [...(await allResources())] : [];
}

/** A resource, and of a component what it is made of. */
function withChildren(resource: unknown): unknown[] {
  const { __childResources: children } = (resource ?? {}) as { __childResources?: Iterable<unknown> };
  return [resource, ...[...(children ?? [])].flatMap(withChildren)];
}

function isForeign(resource: unknown): resource is pulumi.CustomResource {
  const { CustomResource, StackReference } = sdk();
  return (
    CustomResource.isInstance(resource) && !(resource instanceof EntraResource) && !(resource instanceof StackReference)
  );
}

function isDeferred(value: unknown): boolean {
  if (sdk().Output.isInstance(value) || value instanceof Promise) return true;
  if (Array.isArray(value)) return value.some(isDeferred);
  return typeof value === "object" && value !== null && Object.values(value).some(isDeferred);
}

/**
 * The URN that the engine will give the resource. The parent's is taken out of its output: as an output it would make the
 * child depend on the parent component, which is done only when its children are, and the program would wait for itself.
 */
function urnOf(type: string, name: string, parent: pulumi.Resource | undefined): pulumi.Output<string> {
  const parentUrn = new Promise<string | undefined>((resolve) =>
    parent ? parent.urn.apply(resolve) : resolve(undefined),
  );
  return sdk()
    .output(parentUrn)
    .apply((urn) => sdk().createUrn(name, type, urn));
}

function marker(urn: pulumi.Output<string>): pulumi.Output<string> {
  const owner = new (sdk().Config)("entra-agent-id").get("owner") ?? "";
  return urn.apply((own) => markerOf(own, owner));
}

/** Pulumi would read the object without the code that can: "Cannot read properties of undefined". */
function refuseImport({ noun }: Schema, name: string, { import: id }: pulumi.CustomResourceOptions): void {
  if (id === undefined) return;
  throw new (sdk().RunError)(
    `cannot import ${noun} "${name}": this package cannot adopt an object that exists (${id}), neither by the option import nor by \`pulumi import\`. ` +
      "Remove the option `import`, or do not run `pulumi import`. The program will then create a new object. " +
      "To use the existing one, remove this resource and write the id of the existing object where the program uses this resource.",
  );
}

/** Only the environment selects the tenant; the configuration may say what it must be. */
function refuseOtherTenantThanExpected(): void {
  const expected = new (sdk().Config)("entra-agent-id").get("tenant");
  if (expected === undefined) return;
  const setting = tenantSetting();
  const actual = setting.mode === "entra" ? setting.tenant : (process.env["ENTRA_AGENT_ID_TENANT"] ?? "local");
  if (actual.toLowerCase() === expected.toLowerCase()) return;
  throw new (sdk().RunError)(
    `stack configuration entra-agent-id:tenant expects tenant "${expected}", and ENTRA_AGENT_ID_TENANT selects "${actual}". ` +
      `Set ENTRA_AGENT_ID_TENANT=${expected}, or change the configuration if this stack is meant for the other tenant.`,
  );
}
