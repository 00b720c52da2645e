/** How the steps on the way to Graph are put together. */
import type { Answer } from "./answer";
import type { PipelineRequest } from "./request";

/** Answers a request, or throws why it cannot be answered. */
export type Handler = (request: PipelineRequest) => Promise<Answer>;

/** One step: calls `next` once, several times or not at all, and returns an answer. It may add headers before. */
export type Layer = (request: PipelineRequest, next: () => Promise<Answer>) => Promise<Answer>;

/** All of them as one: the first layer is the outermost, and the last one's `next` is `send`. */
export const layered = (layers: readonly Layer[], send: Handler): Handler =>
  layers.reduceRight<Handler>((inner, layer) => (request) => layer(request, () => inner(request)), send);
