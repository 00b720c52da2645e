/**
 * A fault in one line, as the command line takes and shows it:
 *
 * ```text
 * fault  = [METHOD] [path] ["before" | "after"] answer ["#" nth] ["x" times]
 * path   = a regular expression on the decoded path, beginning with "/"; any other one as a JSON string
 * answer = status {header "=" value} ["body=" JSON]
 *        | "reset" | "truncate" | "html" | "claims"
 *        | "stall" [milliseconds "ms"]
 *        | "redirect" [301 | 302 | 307 | 308] URL
 * ```
 *
 * Words stand apart by spaces; spaces inside a word are quoted as JSON quotes them. `before` is meant when neither is
 * said. Examples: `POST /applications after 504 x2`, `429 Retry-After=7 #3`, `GET "users$" stall 500ms`.
 */
import { checkedFault, type Fault } from "./fault";

type Answer = Fault["answer"];

/** A word: letters and quoted strings, until a space. */
const wordForm = /(?:"(?:[^"\\]|\\.)*"|[^\s"])+/gs;

/** @throws {TypeError} when it is no fault, saying which word is wrong */
export function parseFault(line: string): Fault {
  if (line.replace(wordForm, "").trim() !== "") throw wrong(line, "a quote is not closed");
  const words = new Words(line, line.match(wordForm) ?? []);
  const method = words.take(/^[A-Z]+$/);
  const path = words.take(/^[/"]/);
  const effect = words.take(/^(before|after)$/) === "after" ? "after" : "before";
  const answer = answerIn(words);
  const nth = words.take(/^#[1-9]\d*$/);
  const times = words.take(/^x[1-9]\d*$/);
  words.end();
  try {
    return checkedFault({
      ...(method === undefined ? {} : { method }),
      ...(path === undefined ? {} : { path: words.text(path) }),
      effect,
      answer,
      ...(nth === undefined ? {} : { nth: Number(nth.slice(1)) }),
      ...(times === undefined ? {} : { times: Number(times.slice(1)) }),
    });
  } catch (error) {
    throw error instanceof TypeError ? error : wrong(line, (error as Error).message);
  }
}

/** The inverse of {@link parseFault}: reading the line gives the same fault. */
export function printFault({ method, path, effect, answer, nth, times }: Fault): string {
  return [
    method?.toUpperCase(),
    path === undefined ? undefined : /^\/[^\s"]*$/.test(path) ? path : JSON.stringify(path),
    effect,
    printAnswer(answer),
    nth === undefined ? undefined : `#${nth}`,
    times === undefined ? undefined : `x${times}`,
  ]
    .filter((word) => word !== undefined)
    .join(" ");
}

function answerIn(words: Words): Answer {
  const word = words.take(/./s);
  if (word === "reset" || word === "truncate" || word === "html" || word === "claims") return word;
  if (word === "stall") {
    const ms = words.take(/^\d+ms$/);
    return ms === undefined ? "stall" : { stall: Number(ms.slice(0, -2)) };
  }
  if (word === "redirect") {
    const status = words.take(/^30[1278]$/) as "301" | "302" | "307" | "308" | undefined;
    const redirect = words.text(words.take(/./s) ?? "");
    return status === undefined ? { redirect } : { redirect, status: statuses[status] };
  }
  if (word === undefined || !/^[2-5]\d\d$/.test(word))
    throw words.wrong(
      word,
      "is no answer: say a status such as 504, or reset, stall, truncate, html, claims, redirect URL",
    );
  const headers: Record<string, string> = {};
  for (let header = words.take(headerForm); header !== undefined; header = words.take(headerForm)) {
    const at = header.indexOf("=");
    headers[header.slice(0, at)] = words.text(header.slice(at + 1));
  }
  const body = words.take(/^body=/);
  return {
    status: Number(word),
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    ...(body === undefined ? {} : { body: words.json(body.slice("body=".length)) }),
  };
}

function printAnswer(answer: Answer): string {
  if (typeof answer === "string") return answer;
  if ("stall" in answer) return `stall ${answer.stall}ms`;
  if ("redirect" in answer) return ["redirect", answer.status, bare(answer.redirect)].filter(Boolean).join(" ");
  const { status, headers = {}, body } = answer;
  const words = Object.entries(headers).map(([name, value]) => `${name}=${bare(value)}`);
  return [status, ...words, ...(body === undefined ? [] : [`body=${JSON.stringify(body)}`])].join(" ");
}

const headerForm = /^(?!body=)[\w-]+=/;

const statuses = { "301": 301, "302": 302, "307": 307, "308": 308 } as const;

/** As it is where that reads back the same, else as a JSON string. */
const bare = (text: string): string => (/^[^\s"]+$/.test(text) ? text : JSON.stringify(text));

const wrong = (line: string, why: string) => new TypeError(`"${line}" is not a fault: ${why}`);

class Words {
  #at = 0;

  constructor(
    private readonly line: string,
    private readonly words: readonly string[],
  ) {}

  /** The next word if it fits. */
  take(form: RegExp): string | undefined {
    const word = this.words[this.#at];
    if (word === undefined || !form.test(word)) return undefined;
    this.#at += 1;
    return word;
  }

  end(): void {
    const word = this.words[this.#at];
    if (word !== undefined) throw this.wrong(word, "is not expected there");
  }

  /** A word that may be quoted. */
  text(word: string): string {
    const read = word.startsWith('"') ? this.json(word) : word;
    if (typeof read === "string") return read;
    throw this.wrong(word, "is no text");
  }

  json(word: string): unknown {
    try {
      return JSON.parse(word);
    } catch {
      throw this.wrong(word, "is no JSON");
    }
  }

  wrong(word: string | undefined, why: string): TypeError {
    return wrong(this.line, word === undefined ? "the answer is missing" : `${word} ${why}`);
  }
}
