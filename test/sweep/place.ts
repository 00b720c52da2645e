/** Where in a run something can happen: at a request, or at one part of the batch that it carries. */
import type { FaultAnswer } from "../../emulator/tenant";
import { faultHeader } from "../../emulator/switches/request-switches";
import { pathTemplate } from "../../provider/graph/path-template";

export interface Place {
  /** Which request of the run, from 1. */
  readonly nth: number;
  /** Which part of it, from 1. @default the request as a whole */
  readonly part?: number;
  /** "METHOD path" without ids, which differ from run to run. */
  readonly what: string;
}

/** What goes wrong with an answer. */
export interface FaultOf {
  readonly effect: "before" | "after";
  readonly answer: Answer;
}

export type Answer = FaultAnswer | "reset" | "stall" | "truncate" | "html";

interface Batch {
  readonly requests: readonly {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
  }[];
}

export const isRead = ({ what }: Place): boolean => what.startsWith("GET ");
export const isBatch = ({ what }: Place): boolean => what.endsWith("/$batch");

/** The request as a whole, and each part of it. */
export async function placesIn(request: Request, nth: number): Promise<Place[]> {
  const whole: Place = { nth, what: `${request.method} ${pathTemplate(request.url)}` };
  if (!isBatch(whole)) return [whole];
  const { requests } = (await request.clone().json()) as Batch;
  return [
    whole,
    ...requests.map(({ method, url }, index) => ({ nth, part: index + 1, what: `${method} ${pathTemplate(url)}` })),
  ];
}

/** The batch, with something that goes wrong at one part of it. */
export async function withFault(batch: Request, part: number, { effect, answer }: FaultOf): Promise<Request> {
  const { requests } = (await batch.json()) as Batch;
  const header = { [faultHeader]: JSON.stringify({ effect, answer }) };
  const disturbed = requests.map((one, index) =>
    index + 1 === part ? { ...one, headers: { ...one.headers, ...header } } : one,
  );
  return new Request(batch, { body: JSON.stringify({ requests: disturbed }) });
}
