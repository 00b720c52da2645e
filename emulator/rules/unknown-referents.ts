/** What refuses a request that names what the directory does not know, or what its replica does not know yet: it cannot tell which. */
import { badRequest, GraphRefusal, notFound, type RefusalCode } from "../refusal";
import type { Context } from "../route";
import type { StoredObject } from "../state/store";

type Switched = Pick<Context, "switches">;

/** Of a principal that is to get a role, a consent or a membership, or to become an owner. */
export const unknownPrincipal = ({ switches }: Switched, id: string): GraphRefusal =>
  switches.profiles.unknownPrincipal === "404" ? notFound(id) : badRequest("Not a valid reference update.");

/** @throws {GraphRefusal} when there is no such principal, or none of these kinds */
export function principalAt(context: Context, id: string, kinds: readonly string[]): StoredObject {
  const found = context.store.get(id);
  if (found && kinds.includes(found.kind)) return found;
  throw unknownPrincipal(context, id);
}

/** Of an application that a service principal is to be made of. */
export const unknownApplication = ({ switches }: Switched, code: RefusalCode, message: string): GraphRefusal =>
  switches.profiles.unknownApplication === "400"
    ? new GraphRefusal(400, code, message)
    : new GraphRefusal(
        403,
        "Authorization_RequestDenied",
        "When using this permission, the backing application of the service principal being created must in the local tenant.",
      );
