/** What all pages share: frame, style, and a policy under which no script can run. */
import { createHash } from "node:crypto";
import { browsables } from "./collections";
import { type Content, html, Markup } from "./html";

const style = `
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { margin: 0; display: grid; grid-template-columns: 16rem 1fr; min-height: 100vh; }
  nav { padding: 1.2rem; border-right: 1px solid #8884; }
  nav a { display: block; padding: .15rem 0; text-decoration: none; }
  nav a[aria-current] { font-weight: 600; }
  nav p { margin: 0 0 1rem; font-size: .85rem; opacity: .8; }
  main { padding: 1.2rem 2rem; overflow-x: auto; }
  h1 { font-size: 1.4rem; margin: 0 0 1rem; } h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; vertical-align: top; padding: .3rem 1rem .3rem 0; border-bottom: 1px solid #8883; }
  td, dd { overflow-wrap: anywhere; }
  pre { margin: 0; white-space: pre-wrap; font: .85rem ui-monospace, monospace; }
  .none { opacity: .6; } .bad { color: #c33; }
  @media (max-width: 50rem) { body { display: block; } nav { border: 0; border-bottom: 1px solid #8884; } }
`;

const styleHash = createHash("sha256").update(style).digest("base64");

/** One piece of markup: a space more, and the hash would not be the style's any more. */
const styleElement = new Markup(`<style>${style}</style>`);

export interface Frame {
  readonly tenant: { readonly id: string; readonly name: string; readonly domain: string };
  /** Name of the page in the navigation, when it is one of those. */
  readonly current?: string | undefined;
  readonly title: string;
  readonly status?: number;
}

export function pageOf({ tenant, current, title, status = 200 }: Frame, content: Content): Response {
  const link = (name: string, href: string, text: string) =>
    html`<a href="${href}" ${name === current ? html` aria-current="page"` : ""}>${text}</a>`;
  const text = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title} · ${tenant.name}</title>
        ${styleElement}
      </head>
      <body>
        <nav>
          <p><strong>${tenant.name}</strong><br />${tenant.domain}<br />An emulated tenant. Nothing in it is real.</p>
          ${link("overview", "/", "Overview")} ${link("requests", "/requests", "Recent requests")}
          ${browsables.map(({ name, title: text }) => link(name, `/objects/${name}`, text))}
        </nav>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html>`;
  return new Response(text.text, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    },
  });
}
