/** Arguments that no object has: they say what the program allows, or asks for once. */
import { EntraError } from "../../graph/errors";
import type { Validation } from "../inputs";
import { pick } from "../json";
import type { Actual, Lifecycle, Marked } from "../lifecycle";
import type { Run } from "../run/run";

type Properties = Readonly<Record<string, unknown>>;

/** The inputs with what counts only once as it counted at first. This run alone hears what the program says now. */
export function instructed<Inputs extends object>(
  lifecycle: Lifecycle<Inputs>,
  run: Run,
  olds: Properties,
  inputs: Validation["inputs"],
  marked: Marked,
): Validation["inputs"] {
  const once = Object.entries(lifecycle.instructions ?? {}).flatMap(([key, when]) => (when === "once" ? [key] : []));
  run.checked.instruct(resourceOf(lifecycle, marked), pick(inputs, once));
  if (!("marker" in olds) || once.length === 0) return inputs;
  const own = Object.entries(inputs).filter(([key]) => !once.includes(key));
  return { ...Object.fromEntries(own), ...pick(olds, once) };
}

/** @throws EntraError INPUT_INVALID when a change needs a confirmation that the program of this run does not give */
export function requireConfirmed<Inputs extends object>(
  lifecycle: Lifecycle<Inputs>,
  run: Run,
  wanted: Partial<Inputs> & Marked,
  actual: Actual<Inputs>,
): void {
  const needed = lifecycle.mustConfirm?.(wanted, actual);
  if (!needed || run.checked.instructionsOf(resourceOf(lifecycle, wanted))[needed.by] === true) return;
  throw new EntraError(
    "INPUT_INVALID",
    `${needed.reason}. ${needed.instead} To ${needed.to}, declare \`${needed.by}: true\`, run \`pulumi up\`, then remove \`${needed.by}\``,
  );
}

/** What a resource is known by between its check and the step that follows. */
export const resourceOf = ({ kind }: { readonly kind: string }, { marker }: Marked): string => `${kind} ${marker}`;
