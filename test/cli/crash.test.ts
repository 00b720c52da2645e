/**
 * Runs that are disturbed at one request to Graph and then recovered as docs/recovery.md says, through the real CLI. The
 * sample that runs always: each mishap once, at the create it endangers most. ENTRA_AGENT_ID_SWEEP=all: every mishap at
 * every request. test/sweep does all of that in process, on a miniature of the engine.
 */
import { DisturbedRuns, mishaps } from "./disturbance";

let runs: DisturbedRuns;
beforeAll(async () => (runs = await DisturbedRuns.create()));

const agent = ["POST", /microsoft\.graph\.agentIdentity$/] as const;
const policy = ["POST", /conditionalAccess\/policies$/] as const;
const grant = ["POST", /oauth2PermissionGrants$/] as const;

describe("a run that is disturbed leaves one of each, nothing orphaned and nothing to do, after", () => {
  it.each([
    ["kill -9 of the CLI", "the create of an agent identity", agent],
    ["kill -9 of the CLI without checkpoints", "the last grant", grant],
    ["kill -9 of the provider", "the create of a policy", policy],
    ["Ctrl-C", "the create of an agent identity", agent],
  ] as const)("%s at %s", async (mishap, _, [method, path]) => {
    await runs.recoversFrom(mishaps[mishap], runs.requestThat(method, path));
  });

  it("the create of an agent identity was not answered, and that of a policy with 504, both after the effect", async () => {
    const [method, path] = policy;
    await runs.recoversFrom(mishaps["an answer lost after the effect"], runs.requestThat(...agent), [
      { method, path: path.source, effect: "after", answer: mishaps["504 after the effect"].answer },
    ]);
  });
});

const sweep = process.env["ENTRA_AGENT_ID_SWEEP"] === "all" ? describe : describe.skip;

sweep("a run that is disturbed at any request leaves the same after", () => {
  it.each(Object.keys(mishaps) as (keyof typeof mishaps)[])(
    "%s",
    async (mishap) => {
      const failures: string[] = [];
      for (let k = 1; k <= runs.requests.length; k++) {
        await runs.recoversFrom(mishaps[mishap], k).catch((error: unknown) => {
          failures.push(`request ${k} of ${runs.requests.length}: ${String(error)}`);
        });
      }
      expect(failures).toEqual([]);
    },
    3_600_000,
  );
});
