/** HTML as text in which nothing that a tenant holds can become markup. */

/** Markup that is safe as it is: made by {@link html}, never by hand. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Content = Markup | string | number | null | undefined | false | readonly Content[];

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function rendered(content: Content): string {
  if (content === null || content === undefined || content === false) return "";
  if (typeof content === "string" || typeof content === "number") {
    return String(content).replace(/[&<>"']/g, (character) => escapes[character] ?? "");
  }
  return content instanceof Markup ? content.text : content.map(rendered).join("");
}

/** A template: whatever stands in `${}` is escaped, unless it is markup itself. */
export function html(literals: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(literals.map((literal, at) => literal + rendered(contents[at])).join(""));
}
