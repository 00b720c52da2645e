/** One call of a provider, as the dynamic provider process of Pulumi's SDK makes it. */
import type { DynamicProvider } from "../../provider/engine/pulumi/dynamic";
import type { Properties, StoredResource } from "./state";

/** What is known of a resource before it is made. */
export type Planned = Omit<StoredResource, "id" | "outputs" | "initErrors" | "pendingReplacement">;

/** A step that failed, and what of it must be kept all the same. */
export class StepFailed extends Error {
  constructor(
    reason: unknown,
    readonly keep: StoredResource | undefined,
  ) {
    super(reason instanceof Error ? reason.message : String(reason), { cause: reason });
  }
}

export const created = (provider: DynamicProvider, planned: Planned): Promise<StoredResource> =>
  kept(planned, async () => {
    const { id, outs } = await performed(planned.inputs, () => provider.create(planned.inputs));
    if (id === "") throw new Error("provider returned empty ID");
    return { ...planned, id, outputs: withProvider(outs, planned) };
  });

export const updated = (provider: DynamicProvider, stored: StoredResource, planned: Planned): Promise<StoredResource> =>
  kept(planned, async () => {
    const { outs } = await performed(planned.inputs, () => provider.update(stored.id, stored.outputs, planned.inputs));
    return { ...planned, id: stored.id, outputs: withProvider(outs, planned) };
  });

/**
 * Calls the provider, and lets nothing through that the wire would not carry.
 *
 * @throws what the provider throws; an Error for a value that is not JSON
 */
export async function performed<T>(inputs: Properties, call: () => Promise<T>): Promise<T> {
  if (typeof inputs["__provider"] !== "string") throw new Error("code must be a string, not undefined");
  const result = await call();
  refuseWhatIsNotJson(result);
  return result;
}

const withProvider = (outs: Properties, { inputs }: Planned): Properties => ({
  ...outs,
  __provider: inputs["__provider"],
});

/** A thrown object with an id is a resource that exists and is half done. */
async function kept(planned: Planned, act: () => Promise<StoredResource>): Promise<StoredResource> {
  try {
    return await act();
  } catch (error) {
    const { id, properties, reasons } = error as { id?: unknown; properties?: Properties; reasons?: string[] };
    if (typeof id !== "string") throw new StepFailed(error, undefined);
    throw new StepFailed(error, { ...planned, id, outputs: properties ?? {}, initErrors: reasons ?? [String(error)] });
  }
}

function refuseWhatIsNotJson(value: unknown, path = "the answer"): void {
  if (value === null || ["string", "number", "boolean"].includes(typeof value)) return;
  if (path === "the answer" && value === undefined) return;
  const maker: unknown = typeof value === "object" ? Object.getPrototypeOf(value) : undefined;
  if (typeof value !== "object" || (maker !== Object.prototype && maker !== Array.prototype))
    throw new Error(`Unexpected struct type: ${path} is of type ${typeof value}`);
  for (const [key, inner] of Object.entries(value)) refuseWhatIsNotJson(inner, `${path}.${key}`);
}
