/** What people see of `pulumi-entra-agent-id/emulator` in their editor. test/cli/emulator-door.test.ts runs it. */
import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import * as door from "../../emulator";

const folder = path.join(__dirname, "../../emulator");

const parsed = (file: string) =>
  ts.createSourceFile(file, readFileSync(path.join(folder, file), "utf8"), ts.ScriptTarget.Latest, true);

type Named = ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.FunctionDeclaration;

const isNamed = (node: ts.Node): node is Named =>
  ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isFunctionDeclaration(node);

const declarationsIn = (file: string): Named[] => parsed(file).statements.filter(isNamed);

/** Names that the door passes on, with the file that declares each, and what it declares itself. */
const exported: (readonly [name: string, file: string])[] = parsed("index.ts").statements.flatMap((statement) => {
  if (ts.isFunctionDeclaration(statement)) return [[statement.name?.text ?? "", "index.ts"] as const];
  if (!ts.isExportDeclaration(statement) || !statement.exportClause || !ts.isNamedExports(statement.exportClause))
    return [];
  const file = `${(statement.moduleSpecifier as ts.StringLiteral).text}.ts`;
  return statement.exportClause.elements.map(({ name }) => [name.text, file] as const);
});

const isDocumented = (node: ts.Node): boolean =>
  ts
    .getJSDocCommentsAndTags(node)
    .some((doc) =>
      [doc, ...ts.getJSDocTags(node)].some(({ comment }) => (ts.getTextOfJSDocComment(comment) ?? "") !== ""),
    );

test("the door opens and serves a tenant, and nothing else", () => {
  expect(Object.keys(door).sort()).toEqual(["openTenant", "serveTenant"]);
});

test.each(exported)("%s is documented, with every member of it", (name, file) => {
  const declared = declarationsIn(file).find((one) => one.name?.text === name);
  if (!declared) throw new Error(`${file} does not declare ${name}`);
  const members = ts.isInterfaceDeclaration(declared) ? [...declared.members] : [];
  const bare = [declared, ...members].filter((node) => !isDocumented(node));
  expect(bare.map((node) => (node as Named).name?.getText())).toEqual([]);
});
