/** A program for the miniature engine: what it declares, and how inputs are made of the outputs of others. */
import { markerOf } from "../../provider/engine/marker";
import { providerText } from "../../provider/engine/pulumi/resource";
import { UNKNOWN } from "../../provider/engine/unknown";
import type { Properties } from "./state";

/** What a declaration sees of another resource. */
export interface Known {
  readonly id: string;
  readonly outputs: Properties;
}

export interface Declaration {
  readonly name: string;
  /** Name of the resource class: `AgentIdentity`. */
  readonly kind: string;
  /** Names of the resources that `inputs` asks for, and of others that must exist before. */
  readonly needs?: readonly string[];
  inputs(of: (name: string) => Known): Properties;
}

export type Program = readonly Declaration[];

/** In a preview nobody knows what a create will answer: what was declared stands for the outputs, the rest is unknown. */
export function unknownYet(inputs: Properties, id = UNKNOWN): Known {
  const outputs = new Proxy(inputs, { get: (declared, key): unknown => Reflect.get(declared, key) ?? UNKNOWN });
  return { id, outputs };
}

/** What the resource class hands to the engine; an undefined property is one that was left out. */
export function newsOf({ name, kind, inputs }: Declaration, of: (name: string) => Known): Properties {
  const args = JSON.parse(JSON.stringify(inputs(of))) as Properties;
  return { ...args, marker: markerOf(`urn:${name}`, ""), __provider: providerText(kind) };
}

/** Which inputs are made of which resources. */
export function propertyNeedsOf(declaration: Declaration, of: (name: string) => Known): Record<string, string[]> {
  const made: Record<string, string[]> = {};
  for (const need of declaration.needs ?? []) {
    const without = newsOf(declaration, (name) => (name === need ? unknownYet({}) : of(name)));
    for (const [key, value] of Object.entries(without)) {
      if (JSON.stringify(value).includes(UNKNOWN)) (made[key] ??= []).push(need);
    }
  }
  return made;
}
