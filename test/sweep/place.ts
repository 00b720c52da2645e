/** Where in a run something can happen: at a request, or at one part of the batch that it carries. */
import type { FaultAnswer } from "../../emulator/tenant";
import { faultHeader } from "../../emulator/switches/request-switches";
import { pathTemplate } from "../../provider/graph/path-template";

export interface Place {
  /** Which request of the run, from 1. Two that are sent together may change places: no point is found by it. */
  readonly nth: number;
  /** "METHOD path" of the request, without ids, which differ from run to run. */
  readonly request: string;
  /** Which of the requests of that method and path, from 1. */
  readonly occurrence: number;
  /** Which part of it, from 1. @default the request as a whole */
  readonly part?: number;
  /** "METHOD path" of what it happens to: the request, or the part of it. */
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

/** Whether both are at the same request of their runs, and at the same part of it. */
export const isSamePoint = (one: Pick<Place, "request" | "occurrence" | "part">, other: typeof one): boolean =>
  one.request === other.request && one.occurrence === other.occurrence && one.part === other.part;

export const isRead = ({ what }: Place): boolean => what.startsWith("GET ");
export const isBatch = ({ what }: Place): boolean => what.endsWith("/$batch");

export const requestOf = ({ method, url }: Request): string => `${method} ${pathTemplate(url)}`;

/** The request as a whole, and each part of it. */
export async function placesIn(request: Request, nth: number, occurrence: number): Promise<Place[]> {
  const point = { nth, request: requestOf(request), occurrence };
  const whole: Place = { ...point, what: point.request };
  if (!isBatch(whole)) return [whole];
  const { requests } = (await request.clone().json()) as Batch;
  return [
    whole,
    ...requests.map(({ method, url }, index) => ({
      ...point,
      part: index + 1,
      what: `${method} ${pathTemplate(url)}`,
    })),
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
