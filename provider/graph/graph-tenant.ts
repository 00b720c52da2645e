/** The Tenant that resources use, on top of the pipeline. */
import { pipeline, type PipelineSettings } from "./pipeline";
import { reads } from "./reads";
import type { RequestOptions, Tenant } from "./tenant";

/** Which tenant it is, and how to reach it. */
export interface GraphTenantSettings extends PipelineSettings {
  /** GUID. */
  readonly id: string;
  /** Its name in messages. */
  readonly name: string;
  /** @default always */
  readonly isReplicated?: () => boolean;
}

export function graphTenant(settings: GraphTenantSettings): Tenant {
  const { id, name, origin, isReplicated = () => true } = settings;
  const send = pipeline(settings);
  return {
    id,
    name,
    isReplicated,
    account: () => settings.tokens.account(),
    ...reads(send, origin),
    async post<T>(path: string, body: object, options?: RequestOptions): Promise<T> {
      return (await send("POST", path, body, options)) as T;
    },
    async patch<T>(path: string, body: object, options?: RequestOptions): Promise<T | undefined> {
      return ((await send("PATCH", path, body, options)) ?? undefined) as T | undefined;
    },
    async delete(path: string, options?: RequestOptions): Promise<void> {
      await send("DELETE", path, undefined, options);
    },
    url: (path, version = "v1.0") => `${origin}/${version}${path}`,
  };
}
