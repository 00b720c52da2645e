/** What can be asked of a served tenant beside Microsoft Graph and sign-in: its own controls, below `/_tenant`. */
import { z } from "zod";
import type { EmulatedTenant } from "./emulated-tenant";
import type { TenantRequest } from "./exchange";
import { tokenLifeSeconds } from "./sign-in/token";
import { faultSchema } from "./switches/fault";

/** A control is data: how it is asked for, and what it does. */
interface Control<Body = unknown> {
  readonly method: "GET" | "POST";
  /** Below `/_tenant`. */
  readonly path: string;
  /** @default no body is read */
  readonly body?: z.ZodType<Body>;
  /** What is answered, as JSON; nothing is 204. */
  does(tenant: EmulatedTenant, body: Body): unknown;
}

/** Declares a control whose `does` gets the body its schema describes. */
function control<Body>(declared: Control<Body>): Control {
  return declared;
}

const tokenRequest = z
  .strictObject({ permissions: z.array(z.string()), app: z.string(), user: z.string() })
  .partial()
  .transform((given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));

/** The tenant itself says what is no switch. */
const anything = z.looseObject({});

export const controls: readonly Control[] = [
  control({ method: "GET", path: "", does: ({ id, name, domain }) => ({ id, name, domain }) }),
  control({ method: "GET", path: "/requests", does: (tenant) => ({ value: tenant.requests() }) }),
  control({
    method: "POST",
    path: "/token",
    body: tokenRequest,
    does: async (tenant, request) => ({ access_token: await tenant.token(request), expires_in: tokenLifeSeconds }),
  }),
  control({
    method: "POST",
    path: "/automation-secret",
    does(tenant) {
      const { clientId, clientSecret } = tenant.credentials();
      return { client_id: clientId, client_secret: clientSecret };
    },
  }),
  control({
    method: "POST",
    path: "/trust-issuer",
    body: z.strictObject({
      issuer: z.string(),
      jwks: z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) }),
    }),
    does: (tenant, trust) => tenant.trustIssuer(trust),
  }),
  control({
    method: "POST",
    path: "/grant",
    body: z.strictObject({ permissions: z.array(z.string()) }),
    does: (tenant, { permissions }) => tenant.grant(permissions),
  }),
  control({ method: "POST", path: "/fail", body: faultSchema, does: (tenant, fault) => tenant.fail(fault) }),
  control({ method: "GET", path: "/faults", does: (tenant) => ({ value: tenant.faults() }) }),
  control({ method: "POST", path: "/clear-faults", does: (tenant) => tenant.clearFaults() }),
  control({ method: "GET", path: "/switches", does: (tenant) => tenant.switches() }),
  control({
    method: "POST",
    path: "/switches",
    body: anything,
    does(tenant, changes) {
      tenant.set(changes);
      return tenant.switches();
    },
  }),
  control({
    method: "POST",
    path: "/advance",
    body: z.strictObject({ ms: z.number().int().min(0) }),
    does(tenant, { ms }) {
      tenant.advance(ms);
      return { now: tenant.now().toISOString() };
    },
  }),
  control({ method: "GET", path: "/export", does: (tenant) => tenant.exportState() }),
  // The tenant itself says what is wrong with a file.
  control({ method: "POST", path: "/import", body: z.unknown(), does: (tenant, file) => tenant.importState(file) }),
  control({ method: "POST", path: "/seed", body: z.unknown(), does: (tenant, file) => tenant.seed(file) }),
  control({ method: "POST", path: "/reset", does: (tenant) => tenant.reset() }),
];

const root = "/_tenant";

/** Whether a path is one of the tenant's controls, served or not. */
export const addressesControl = (path: string): boolean => path === root || path.startsWith(`${root}/`);

/** Answers any request that `addressesControl`; what went wrong is a sentence in `error`. */
export async function answerControl(tenant: EmulatedTenant, request: TenantRequest): Promise<Response> {
  const { method } = request;
  const { pathname, origin } = new URL(request.url);
  const found = controls.find((one) => one.method === method && `${root}${one.path}` === pathname);
  if (!found) return refused(404, `There is no ${method} ${pathname}.`);
  // A page of another site can send a form here, though it cannot read the answer.
  const from = request.headers.get("origin");
  if (method !== "GET" && from !== null && from !== origin)
    return refused(403, `Pages of ${from} cannot change this tenant.`);
  try {
    const body = found.body?.parse(json(await request.text()));
    const answer: unknown = await found.does(tenant, body);
    return answer === undefined ? new Response(null, { status: 204 }) : Response.json(answer);
  } catch (error) {
    if (error instanceof z.ZodError)
      return refused(400, `The body is not what ${method} ${pathname} takes: ${first(error)}.`);
    // The tenant's own refusals are type errors; a path that is no regular expression is a syntax error.
    if (error instanceof TypeError || error instanceof SyntaxError) return refused(400, error.message);
    throw error;
  }
}

const refused = (status: number, error: string): Response => Response.json({ error }, { status });

function json(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError("The body is not JSON.");
  }
}

function first({ issues }: z.ZodError): string {
  const [issue] = issues;
  const at = issue?.path.join(".") ?? "";
  return `${at === "" ? "" : `${at}: `}${issue?.message ?? ""}`;
}
