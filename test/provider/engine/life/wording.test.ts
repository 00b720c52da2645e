import { ReportedReasons } from "../../../../provider/engine/run/reported-reasons";
import { type Step, type StepError, worded } from "../../../../provider/engine/life/wording";
import { EntraError, type EntraErrorCode, type GraphAnswer } from "../../../../provider/graph/errors";

const step: Step = {
  verb: "create",
  noun: "agent identity",
  name: "payroll",
  permissions: ["AgentIdentity.Create.All"],
};

/** What fails for the agent of this name. */
const failure = (
  name: string,
  code: EntraErrorCode,
  message: string,
  answer?: GraphAnswer,
  change: Partial<Step> = {},
): StepError => worded(new EntraError(code, message, { answer }), { ...step, name, ...change });

describe("what is advised when Graph forbids something", () => {
  it.each([
    [
      "Authorization_RequestDenied",
      "Grant AgentIdentity.Create.All to the application Pulumi signs in as, with admin consent. A consent of the last two minutes may not be in force yet.",
    ],
    [
      "Directory_QuotaExceeded",
      "Deleted objects count toward this limit until they are permanently deleted: delete permanently what nobody needs.",
    ],
  ])("fits its reason: %s", (code, advice) => {
    const { message } = failure("payroll", "FORBIDDEN", "No.", { status: 403, code, requestId: "r-1" });
    expect(message).toBe(`cannot create agent identity "payroll": No. ${advice} [403 ${code}, request r-1]`);
  });
});

it("names a role for a person who has signed in, and a licence where not the directory refused", () => {
  const consent =
    "Grant AgentIdentity.Create.All to the application Pulumi signs in as, with admin consent. A consent of the last two minutes may not be in force yet.";
  const role = "If a person has signed in, that person needs the role Agent ID Administrator, or must own the object.";
  const licence = "If all that is granted, a licence for this may be missing in the tenant.";
  const why = (code: string, isPerson: boolean) =>
    failure("payroll", "FORBIDDEN", "No.", { status: 403, code, requestId: "" }, { isPerson }).why;
  expect(why("Authorization_RequestDenied", true)).toBe(`No. ${consent} ${role}`);
  expect(why("AccessDenied", false)).toBe(`No. ${consent} ${licence}`);
  expect(why("AccessDenied", true)).toBe(`No. ${consent} ${role} ${licence}`);
});

describe("the end of a message", () => {
  it.each([
    [{ status: 400, code: "Request_BadRequest", requestId: "r-1" }, "[400 Request_BadRequest, request r-1]"],
    [{ status: 400, code: "", requestId: "r-1" }, "[400, request r-1]"],
    [{ status: 502, code: "", requestId: "" }, "[502]"],
    [{ status: 400, code: "Request_BadRequest", requestId: "" }, "[400 Request_BadRequest]"],
  ])("cites what Graph answered, as far as it said anything: %j", (answer, cited) => {
    expect(failure("payroll", "REFUSED", "No.", answer).message).toBe(
      `cannot create agent identity "payroll": No. ${cited}`,
    );
  });

  it("adds nothing to a list of what can be set", () => {
    const { message } = failure("payroll", "SETTING_INVALID", "Set one:\n  AZURE_CLIENT_ID");
    expect(message).toBe('cannot create agent identity "payroll": Set one:\n  AZURE_CLIENT_ID');
  });
});

describe("a failure of the look before a create", () => {
  it("is reported as what was asked for: it could not be created", () => {
    expect(failure("payroll", "OWNERSHIP_UNCLEAR", "two match", undefined, { verb: "find" }).message).toBe(
      'cannot create agent identity "payroll": two match.',
    );
  });
});

describe("a cause that many resources share", () => {
  const wrong = "the stack's state belongs to tenant A, and ENTRA_AGENT_ID_TENANT selects tenant B. Set it to A";

  it("is reported in full for the first, and for every other one with its code and the name of the first", () => {
    const reasons = new ReportedReasons();
    const tell = (name: string) =>
      failure(name, "WRONG_TENANT", wrong, undefined, { verb: "read" }).deduplicated(reasons);
    expect(["one", "two", "three"].map(tell)).toEqual([
      `cannot read agent identity "one": ${wrong}.`,
      'cannot read agent identity "two": WRONG_TENANT, as explained for agent identity "one".',
      'cannot read agent identity "three": WRONG_TENANT, as explained for agent identity "one".',
    ]);
    // Whoever explains it is not sent to look for it.
    expect(tell("one")).toBe(`cannot read agent identity "one": ${wrong}.`);
  });

  it("leaves to each what is its own: where its object is, and which request it was", () => {
    const reasons = new ReportedReasons();
    const tell = (name: string) =>
      failure(
        name,
        "FORBIDDEN",
        "Insufficient privileges.",
        { status: 403, code: "Authorization_RequestDenied", requestId: `r-${name}` },
        { verb: "finish", kept: `It was created and is in the state as ${name}-id.` },
      ).deduplicated(reasons);
    tell("one");
    expect(tell("two")).toBe(
      'cannot finish agent identity "two": FORBIDDEN, as explained for agent identity "one". ' +
        "It was created and is in the state as two-id. [403 Authorization_RequestDenied, request r-two]",
    );
  });

  it("is another one when another permission is missing, or something else is said", () => {
    const reasons = new ReportedReasons();
    const tell = (name: string, message: string, permission: string) =>
      failure(name, "FORBIDDEN", message, undefined, { permissions: [permission] }).deduplicated(reasons);
    tell("one", "Insufficient privileges.", "AgentIdentity.Create.All");
    expect(tell("two", "Insufficient privileges.", "AgentIdentity.Read.All")).toContain("Grant AgentIdentity.Read.All");
    expect(tell("three", "Not for agents.", "AgentIdentity.Create.All")).toContain("Not for agents.");
  });

  it("is reported again where that is shorter than to name the first", () => {
    const reasons = new ReportedReasons();
    const tell = (name: string) => failure(name, "CONFLICT", "No.", undefined).deduplicated(reasons);
    tell("somebody with a long name, so that it takes more room than the cause does");
    expect(tell("two")).toContain("No.");
  });
});
