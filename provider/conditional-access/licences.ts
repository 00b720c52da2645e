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

const remedy = "Get that licence, or declare no such policy: on AgentFleet, set `blockHighRisk: false`.";

/** For a 403, which Graph answers for a missing licence too. */
export const policyLicence = `If all that is granted, a licence may be missing: Conditional Access needs Microsoft Entra ID P1, and a risk condition P2. ${remedy}`;

/** Use as `.catch(withLicence)` where a policy is written: the error says which licence is missing. */
export function withLicence(error: unknown): never {
  if (!(error instanceof EntraError) || error.code !== "REFUSED") throw error;
  const licence = numbers[/^\d{4}(?=:)/.exec(error.message)?.[0] ?? ""];
  if (licence === undefined) throw error;
  const message = `${sentence(error.message)} The tenant has no licence for ${licence}. ${remedy}`;
  throw new EntraError(error.code, message, { answer: error.answer, cause: error });
}
