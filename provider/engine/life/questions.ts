/** What is asked about the inputs of a resource before anything is sent: of the other resources of the run, and of the tenant. */
import type { z } from "zod";
import { EntraError } from "../../graph/errors";
import { untilAccepted } from "../consistency/wait";
import type { Asked, Finding, Lifecycle, Marked, Reference, Namesake, Warning } from "../lifecycle";
import type { Run } from "../run/run";
import { isOfStack } from "../run/stack-objects";
import { declaredIn } from "./presence";
import { resourceOf } from "./instructions";
import { readUntilCertain } from "./reads";
import { isRecentlyWritten } from "./referents";
import { stepOf, subjectOf } from "./wording";

type About = Omit<Asked, "isClaimed">;

export class Questions<Inputs extends object> {
  constructor(
    private readonly lifecycle: Lifecycle<Inputs>,
    private readonly run: Run,
  ) {}

  /**
   * Declares to the other resources of the run what this one will have, as far as that is known: an id that follows from its
   * inputs, and what Graph allows once.
   *
   * @returns what another one has declared already
   */
  declare(inputs: Partial<Inputs>, marker: string): readonly Finding[] {
    const { lifecycle, run } = this;
    const isComplete = Object.entries(lifecycle.properties as Record<string, z.ZodType>).every(
      ([key, property]) => key in inputs || property.safeParse(undefined).success,
    );
    if (isComplete && lifecycle.idOf) run.claims.declareOf(lifecycle.kind, lifecycle.idOf(inputs as Inputs), marker);
    const exclusive = lifecycle.exclusive?.(inputs);
    if (!exclusive || run.claims.declareOf(lifecycle.kind, exclusive.key, marker)) return [];
    return [{ property: exclusive.property, reason: exclusive.reason }];
  }

  /**
   * What only the tenant can say is wrong with these inputs. That something is missing which another resource may make
   * first is no finding: it is asked again before anything is sent.
   */
  async ask(
    inputs: Partial<Inputs>,
    about: About,
    isAwaited: (property: string) => boolean,
  ): Promise<readonly Finding[]> {
    const { lifecycle, run } = this;
    const findings = await this.#ask(inputs, about, (property, why) =>
      // Somebody else may have made it a moment ago, and a replica does not know yet.
      isAwaited(property) ? why() : readUntilCertain(run, run.startedAt, why, (reason) => reason === undefined),
    );
    const awaited = findings.filter(({ property, mayBeMade }) => mayBeMade && isAwaited(property));
    if (awaited.length > 0) {
      run.checked.leaveUnanswered(resourceOf(lifecycle, about));
      const subject = subjectOf(stepOf(lifecycle, "check", inputs, run));
      run.report(
        `${subject}: ${phrase(awaited)}. This is not an error yet: another resource may create it in this run. ` +
          "`pulumi up` checks it again before it sends anything",
      );
    }
    return findings.filter((one) => !awaited.includes(one));
  }

  /**
   * Asks again what could not be answered, and waits for what another resource may have made recently.
   *
   * @throws EntraError INPUT_INVALID
   */
  async askAgain(wanted: Inputs & Marked, about: Omit<About, "marker">): Promise<void> {
    const { lifecycle, run } = this;
    if (!run.checked.takeUnanswered(resourceOf(lifecycle, wanted))) return;
    const wait = untilAccepted(run);
    let findings: readonly Finding[] = [];
    while (await wait.again()) {
      findings = await this.#ask(wanted, { ...about, marker: wanted.marker });
      const isMissing = findings.length > 0 && findings.every(({ mayBeMade }) => mayBeMade);
      wait.record(isMissing ? "wrong" : "proof");
      if (!isMissing) break;
    }
    if (findings.length > 0) throw new EntraError("INPUT_INVALID", `its inputs were refused: ${phrase(findings)}`);
  }

  /** @param certainly says how often a replica is asked for the reason why a reference is wrong */
  async #ask(
    inputs: Partial<Inputs>,
    resource: About,
    certainly: (property: string, why: () => Promise<string | undefined>) => Promise<string | undefined> = (_, why) =>
      why(),
  ): Promise<readonly Finding[]> {
    const { lifecycle, run } = this;
    const about: Asked = { ...resource, isClaimed: (id) => run.claims.isClaimed(lifecycle.kind, id) };
    const references = this.#newReferences(inputs, resource);
    if (!lifecycle.questions && references.length === 0) return [];
    const tenant = await run.tenant();
    const missing = references.map(async ({ property, id, missing: why }) => {
      if (id === undefined || isOfStack(tenant, id) || isRecentlyWritten(run, tenant, id)) return [];
      const reason = await certainly(property, () => why(tenant, id));
      return reason === undefined ? [] : [{ property, reason, mayBeMade: true } as const];
    });
    const [asked = [], ...others] = await Promise.all([lifecycle.questions?.(tenant, inputs, about), ...missing]);
    return [...asked, ...others.flat()];
  }

  /** That somebody has made an object of this name by hand, and the next step creates another one beside it. */
  async warnOfNamesakes(inputs: Partial<Inputs> & Marked): Promise<Warning[]> {
    const { lifecycle, run } = this;
    // Nobody has made anything yet in what this run has created.
    const isNew =
      lifecycle.references?.(inputs).some(({ id }) => id !== undefined && run.claims.isCreated(id)) ?? false;
    if (!lifecycle.namesakes || isNew) return [];
    const tenant = await run.tenant();
    const name = lifecycle.nameOf(inputs, run.names.of);
    const all = await lifecycle.namesakes(tenant, inputs).catch(noneWhenForbidden);
    const namesakes = all.filter((one) => one.name === name && !isOfStack(tenant, one.id)).map(({ id }) => id);
    if (namesakes.length === 0) return [];
    const named =
      namesakes.length > mostNamed ? `${namesakes.slice(0, mostNamed).join(", ")} and others` : namesakes.join(", ");
    const existing =
      namesakes.length === 1
        ? `an object with this display name exists (id ${named}) and has no marker of this package. \`pulumi up\` will create a second one. If you want two, do nothing`
        : `${namesakes.length} objects with this display name exist (ids ${named}) and have no marker of this package. \`pulumi up\` will create another one. If you want that, do nothing`;
    return [(subject) => `${subject}: ${existing}. ${toUseExisting}`];
  }

  #newReferences(inputs: Partial<Inputs>, { makesNew, olds }: About): readonly Reference[] {
    const { lifecycle } = this;
    const references = lifecycle.references?.(inputs) ?? [];
    if (makesNew || references.length === 0) return references;
    const before = new Set(lifecycle.references?.(declaredIn(lifecycle, olds)).map(({ id }) => id));
    return references.filter(({ id }) => !before.has(id));
  }
}

/** An object that exists is not adopted. */
const toUseExisting =
  "To use the existing one, remove this resource and write the id of the existing object where the program uses this resource";

/** Ids that a message names. */
const mostNamed = 5;

/** A warning is worth no permission. */
function noneWhenForbidden(error: unknown): readonly Namesake[] {
  if (error instanceof EntraError && error.code === "FORBIDDEN") return [];
  throw error;
}

const phrase = (findings: readonly Finding[]): string =>
  findings.map(({ property, reason }) => `${property} ${reason}`).join("; ");
