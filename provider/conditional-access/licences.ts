/** Licences that Conditional Access needs, and how a refusal for want of one reads. */
import { EntraError, sentence } from "../graph/errors";

/**
 * Numbers that Graph puts before its message; there is no other code for it.
 *
 * Source: reports, such as https://github.com/MicrosoftDocs/azure-docs/issues/101310 for 1150
 */
const numbers: Readonly<Record<string, string>> = {
  1039: "Microsoft Entra ID P2, which policies with a risk condition need",
  1149: "Microsoft Entra Workload ID Premium, which policies for service principals that are no agents need",
  1150: "Microsoft Entra Workload ID Premium, which policies for service principals that are no agents need",
};

/** Use as `.catch(withLicence)` where a policy is written: the error says which licence may be missing. */
export function withLicence(error: unknown): never {
  if (!(error instanceof EntraError)) throw error;
  const advice = adviceFor(error);
  if (advice === undefined) throw error;
  throw new EntraError(error.code, `${sentence(error.message)} ${advice}`, { answer: error.answer, cause: error });
}

function adviceFor({ code, message }: EntraError): string | undefined {
  const licence = code === "REFUSED" ? numbers[/^\d{4}(?=:)/.exec(message)?.[0] ?? ""] : undefined;
  if (licence !== undefined)
    return `The tenant has no licence for ${licence}. AgentFleet declares no policy with blockHighRisk: false`;
  if (code !== "FORBIDDEN") return undefined;
  return (
    "Graph answers so for a missing licence too: Conditional Access needs Microsoft Entra ID P1, and a risk condition P2. " +
    "AgentFleet declares no policy with blockHighRisk: false. A person who signs in needs the role Conditional Access Administrator."
  );
}
