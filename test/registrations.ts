/** Pulumi's mocks: what a program registers, as the engine would see it. */
import * as pulumi from "@pulumi/pulumi";

/** Registrations of the current test, in order. Every resource gets "<name>-id" and its inputs back. */
export function registrations(): pulumi.runtime.MockResourceArgs[] {
  const registered: pulumi.runtime.MockResourceArgs[] = [];
  beforeAll(async () => {
    await pulumi.runtime.setMocks(
      {
        newResource: (args) => {
          registered.push(args);
          return { id: `${args.name}-id`, state: args.inputs as Record<string, unknown> };
        },
        call: () => ({}),
      },
      "tests",
      "test",
    );
  });
  beforeEach(() => void (registered.length = 0));
  return registered;
}
