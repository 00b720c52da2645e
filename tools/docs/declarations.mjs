// @ts-check
/** What a program may declare, read from the sources: every class that index.ts exports, with its arguments and docstrings. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/**
 * @typedef {object} Member an argument or an output
 * @property {string} name
 * @property {string} type as a person writes it: without `pulumi.Input` and `pulumi.Output`
 * @property {boolean} optional
 * @property {string} text its docstring; the default is part of it
 *
 * @typedef {object} Declaration
 * @property {string} name of the class
 * @property {string} file relative to the repository
 * @property {boolean} isComponent
 * @property {string} summary the first sentence
 * @property {string} text the docstring, without its list of facts
 * @property {string | undefined} example
 * @property {Facts} facts
 * @property {readonly string[]} errors as `@throws` says them: a code, and when
 * @property {readonly Member[]} inputs
 * @property {readonly Member[]} outputs
 * @property {readonly { name: string, text: string, members: readonly Member[] }[]} types that its arguments are made of
 *
 * @typedef {Readonly<Record<string, string>>} Facts `Id`, `Deleted`, `Docs` and the like: the list in the docstring of the class, and where that has none, the labels of the file's header
 */

/** @param {string} root of the repository @returns {Declaration[]} in the order of index.ts */
export function declarations(root) {
  const exported = exportsOf(root);
  return exported.flatMap(({ name, file }) => {
    const source = sourceOf(root, file);
    const declared = source.statements.find((node) => ts.isClassDeclaration(node) && node.name?.text === name);
    if (!declared || !ts.isClassDeclaration(declared)) return [];
    return [declarationOf(root, file, source, declared, exported)];
  });
}

/** @param {string} root @returns {{ name: string, file: string }[]} */
function exportsOf(root) {
  return sourceOf(root, "index.ts").statements.flatMap((node) => {
    if (!ts.isExportDeclaration(node) || !node.exportClause || !ts.isNamedExports(node.exportClause)) return [];
    const from = node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : "";
    const file = [`${from}.ts`, `${from}/index.ts`].find((name) => existsSync(path.join(root, name)));
    if (file === undefined) throw new Error(`index.ts exports from ${from}, where there is no file`);
    return node.exportClause.elements.map(({ name }) => ({ name: name.text, file: path.posix.normalize(file) }));
  });
}

/**
 * @param {string} root @param {string} file @param {ts.SourceFile} source @param {ts.ClassDeclaration} declared
 * @param {readonly { name: string, file: string }[]} exported
 * @returns {Declaration}
 */
function declarationOf(root, file, source, declared, exported) {
  const name = declared.name?.text ?? "";
  const { "": introduction = "", ...header } = headerOf(source);
  const doc = docOf(declared);
  const [said, facts] = withoutFacts(doc.text);
  const text = said || introduction.replace(/^[^:.]{1,60}: (\w)/, (_, first) => String(first).toUpperCase());
  if (text === "") throw new Error(`${file}: ${name} has no docstring, and the file has no header`);
  const inputs = membersOf(source, `${name}Args`);
  const named = exported.filter(({ name: other }) => other !== `${name}Args`);
  return {
    name,
    file,
    isComponent:
      declared.heritageClauses?.some((clause) => clause.getText(source).includes("ComponentResource")) === true,
    summary: firstSentence(text),
    text,
    example: doc.example,
    facts: { ...header, ...(doc.page === undefined ? {} : { Docs: doc.page }), ...facts },
    errors: doc.errors,
    inputs,
    outputs: declared.members.filter(ts.isPropertyDeclaration).map((member) => memberOf(source, member)),
    types: typesIn(root, inputs, named),
  };
}

/**
 * Exported types that these members are made of, and those that they are made of.
 *
 * @param {string} root @param {readonly Member[]} members @param {readonly { name: string, file: string }[]} exported
 * @param {Set<string>} seen
 * @returns {{ name: string, text: string, members: readonly Member[] }[]}
 */
function typesIn(root, members, exported, seen = new Set()) {
  return exported.flatMap(({ name, file }) => {
    if (seen.has(name) || !members.some(({ type }) => new RegExp(`\\b${name}\\b`).test(type))) return [];
    seen.add(name);
    const source = sourceOf(root, file);
    const declared = interfaceOf(source, name);
    if (!declared) return [];
    const own = membersOf(source, name);
    return [{ name, text: docOf(declared).text, members: own }, ...typesIn(root, own, exported, seen)];
  });
}

/** @param {ts.SourceFile} source @param {string} name */
const interfaceOf = (source, name) =>
  source.statements.filter(ts.isInterfaceDeclaration).find((node) => node.name.text === name);

/** @param {ts.SourceFile} source @param {string} name @returns {Member[]} */
const membersOf = (source, name) => signatures(source, interfaceOf(source, name)?.members ?? []);

/**
 * Members that are objects themselves are followed by what these hold: `applications.includeApplications`.
 *
 * @param {ts.SourceFile} source @param {readonly ts.TypeElement[]} members @returns {Member[]}
 */
const signatures = (source, members) =>
  members.filter(ts.isPropertySignature).flatMap((member) => {
    const own = memberOf(source, member);
    const literal = literalIn(member.type);
    if (!literal) return [own];
    const inner = signatures(source, literal.members);
    return [{ ...own, type: "object" }, ...inner.map((one) => ({ ...one, name: `${own.name}.${one.name}` }))];
  });

/** @param {ts.TypeNode | undefined} type @returns {ts.TypeLiteralNode | undefined} */
function literalIn(type) {
  if (type && ts.isTypeLiteralNode(type)) return type;
  const [argument] = type && ts.isTypeReferenceNode(type) ? (type.typeArguments ?? []) : [];
  return argument && literalIn(argument);
}

/** @param {ts.SourceFile} source @param {ts.PropertySignature | ts.PropertyDeclaration} member @returns {Member} */
function memberOf(source, member) {
  return {
    name: member.name.getText(source),
    type: plainType(member.type?.getText(source) ?? ""),
    optional: member.questionToken !== undefined,
    text: docOf(member).text,
  };
}

/** Without comments, line breaks and what Pulumi wraps around a type. @param {string} type */
function plainType(type) {
  let plain = type
    .replace(/\/\*[^]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/readonly /g, "");
  plain = plain.replace(/\bNames\b/g, "string[]");
  for (let before = ""; before !== plain;) {
    before = plain;
    plain = plain.replace(
      /(?:pulumi\.(?:Input|Output)|Readonly)<((?:[^<>]|<[^<>]*>)*)>(\[\])?/g,
      (_, inner, list = "") => (list !== "" && String(inner).includes(" | ") ? `(${inner})[]` : `${inner}${list}`),
    );
  }
  return plain.trim();
}

/** A docstring: its text, with the default as a sentence of it, and what its tags say. @param {ts.Node} node */
function docOf(node) {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const comment = comments.at(-1);
  /** @param {string} name */
  const tags = (name) =>
    (comment?.tags ?? [])
      .filter(({ tagName }) => tagName.text === name)
      .map((tag) => (ts.isJSDocSeeTag(tag) ? tag.getText().replace(/^@see\s+/, "") : textOf(tag.comment)).trim());
  return {
    text: [paragraphs(textOf(comment?.comment)), defaultIn(tags("default")[0])].filter(Boolean).join(" "),
    example: tags("example")[0],
    page: tags("see")[0]?.split(/\s/)[0],
    errors: tags("throws").map(paragraphs),
  };
}

/** @param {string | ts.NodeArray<ts.JSDocComment> | undefined} comment */
const textOf = (comment) => ts.getTextOfJSDocComment(comment) ?? "";

/** Takes a list of facts, such as `- **Id:** the appId`, out of a docstring. @param {string} text @returns {[text: string, facts: Record<string, string>]} */
function withoutFacts(text) {
  const fact = /^- \*\*(\w+):\*\* (.+)$/gm;
  /** @type {Record<string, string>} */
  const facts = {};
  for (const [, label = "", said = ""] of text.matchAll(fact)) facts[label] = said;
  return [
    text
      .replace(fact, "")
      .replace(/\n{3,}/g, "\n\n")
      .trim(),
    facts,
  ];
}

/** `true. Changed in place.` is a value and a sentence. @param {string | undefined} comment */
function defaultIn(comment) {
  if (comment === undefined) return "";
  const [, value = "", rest = ""] = /^(.*?)(?:\.(\s+[A-Z][^]*)?)?$/s.exec(paragraphs(comment)) ?? [];
  const isCode = /^(?:["[{]|true$|false$|\d)/.test(value);
  return `Default: ${isCode ? `\`${value}\`` : value}.${rest}`;
}

/** Lines that belong together on one line; an item of a list begins one. @param {string} text */
const paragraphs = (text) =>
  text
    .trim()
    .split(/\n\s*\n|\n(?=\s*- )/)
    .map((paragraph) => paragraph.trim().replace(/\s+/g, " "))
    .reduce(
      (before, next) => `${before}${/^- /.test(next) && /(?:^|\n)- [^\n]*$/.test(before) ? "\n" : "\n\n"}${next}`,
    );

/** What the comment at the top of a file says, by its labels; `""` is what comes before them. @param {ts.SourceFile} source @returns {Record<string, string>} */
function headerOf(source) {
  const [, comment = ""] = /^\/\*\*([^]*?)\*\//.exec(source.text) ?? [];
  const lines = comment.split("\n").map((line) => line.replace(/^\s*\* ?/, ""));
  /** @type {Record<string, string>} */
  const header = {};
  /** @type {string | undefined} */
  let label = "";
  for (const line of lines) {
    const [, begun, rest = ""] = /^(Graph|Docs|Id|Replaced|Deleted): +(.*)$/.exec(line) ?? [];
    if (begun !== undefined) label = begun;
    // What follows an empty line after the labels belongs to none of them.
    else if (line.trim() === "" && label !== "") label = undefined;
    if (label !== undefined)
      header[label] = [header[label], begun === undefined ? line.trim() : rest].filter(Boolean).join(" ");
  }
  return header;
}

/** @param {string} text */
export const firstSentence = (text) => /^.*?[.!?](?=\s|$)/s.exec(text.replace(/\s+/g, " "))?.[0] ?? text;

/** @param {string} root @param {string} file */
function sourceOf(root, file) {
  return ts.createSourceFile(file, readFileSync(path.join(root, file), "utf8"), ts.ScriptTarget.ES2023, true);
}
