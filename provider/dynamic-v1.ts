/**
 * What `__provider` in users' state requires: one provider per kind, by the kind's name. Frozen: names may be added,
 * never changed or taken away. Anything incompatible is a `dynamic/v2` beside it.
 */
import { type DynamicProvider, dynamicProvider } from "./engine/pulumi/dynamic";
import { kinds } from "./kinds";

const providers: Readonly<Record<string, DynamicProvider>> = Object.fromEntries(
  kinds.map((lifecycle) => [lifecycle.kind, dynamicProvider(lifecycle)]),
);

export = providers;
