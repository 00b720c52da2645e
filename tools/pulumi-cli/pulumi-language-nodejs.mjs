// @ts-check
// Stand-in for Pulumi's Node.js language host, which comes with every official Pulumi but cannot be built from Go modules.
// The CLI starts it, reads the port from its first line, and asks it to run programs and plugins written for Node.js.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { connect } from "node:net";
import path from "node:path";

// A copy lies beside the built CLI, so nothing may be looked up from where this file is: the project's own SDK counts.
const roots = [process.cwd(), ...(process.env["PULUMI_NODEJS_STAND_IN_SDK"]?.split(path.delimiter) ?? [])];
const modules = createRequire(import.meta.url);
const sdk = modules.resolve("@pulumi/pulumi/package.json", { paths: roots });
/** @type {(name: string) => unknown} */
const load = createRequire(sdk);

const grpc = /** @type {typeof import("@grpc/grpc-js")} */ (load("@grpc/grpc-js"));
const messages = /** @type {typeof import("@pulumi/pulumi/proto/language_pb.js")} */ (load("./proto/language_pb.js"));
const plugins = /** @type {typeof import("@pulumi/pulumi/proto/plugin_pb.js")} */ (load("./proto/plugin_pb.js"));
const { LanguageRuntimeService } =
  /** @type {{ LanguageRuntimeService: import("@grpc/grpc-js").ServiceDefinition }} */ (
    load("./proto/language_grpc_pb.js")
  );
const { Empty } = /** @type {typeof import("google-protobuf/google/protobuf/empty_pb.js")} */ (
  load("google-protobuf/google/protobuf/empty_pb.js")
);

const engine = process.argv.at(-1) ?? "";
/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/** @template T @param {() => T} make @returns {import("@grpc/grpc-js").handleUnaryCall<unknown, T>} */
const answers = (make) => (_call, done) => done(null, make());

/**
 * @param {string} script @param {string[]} args @param {string} from directory whose SDK runs the script
 * @param {import("node:child_process").SpawnOptions} options
 */
function startNode(script, args, from, options) {
  const file = modules.resolve(`@pulumi/pulumi/cmd/${script}`, { paths: [from, ...roots] });
  const child = spawn(process.execPath, [file, ...args], options);
  running.add(child);
  child.on("exit", () => running.delete(child));
  return child;
}

/** @type {import("@grpc/grpc-js").handleUnaryCall<import("@pulumi/pulumi/proto/language_pb.js").RunRequest, unknown>} */
function run(call, done) {
  const asked = call.request;
  const info = asked.getInfo();
  const directory = info?.getProgramDirectory() || asked.getPwd();
  const args = [
    ...["--monitor", asked.getMonitorAddress(), "--engine", engine],
    ...["--project", asked.getProject(), "--stack", asked.getStack(), "--organization", asked.getOrganization()],
    ...["--root-directory", info?.getRootDirectory() ?? directory, "--pwd", asked.getPwd()],
    ...["--parallel", String(asked.getParallel())],
    ...(asked.getDryrun() ? ["--dry-run", "true"] : []),
    ...[info?.getEntryPoint() || asked.getProgram() || ".", ...asked.getArgsList()],
  ];
  /** @type {Record<string, unknown>} */
  const options = info?.getOptions()?.toJavaScript() ?? {};
  const env = {
    ...process.env,
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(asked.getConfigMap().toArray())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(asked.getConfigsecretkeysList()),
    PULUMI_NODEJS_TYPESCRIPT: String(options["typescript"] !== false),
  };
  const child = startNode("run", args, directory, { cwd: directory, env, stdio: ["ignore", "inherit", "inherit"] });
  child.on("error", (error) => done(error));
  child.on("exit", (code, signal) => {
    const result = new messages.RunResponse();
    // 32: the program has already reported what is wrong.
    if (code === 32) result.setBail(true);
    else if (code !== 0) result.setError(`Program exited with non-zero exit code: ${code ?? signal ?? "unknown"}`);
    done(null, result);
  });
}

/** @type {import("@grpc/grpc-js").handleServerStreamingCall<import("@pulumi/pulumi/proto/language_pb.js").RunPluginRequest, unknown>} */
function runPlugin(call) {
  const asked = call.request;
  const directory = asked.getInfo()?.getProgramDirectory() || asked.getProgram();
  const isPolicyPack = asked.getKind() === "analyzer";
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env };
  for (const pair of asked.getEnvList()) env[pair.slice(0, pair.indexOf("="))] = pair.slice(pair.indexOf("=") + 1);
  const args = isPolicyPack ? [engine, directory] : [directory, ...asked.getArgsList()];
  const child = startNode(isPolicyPack ? "run-policy-pack" : "run-plugin", args, directory, {
    // A policy pack reads ./package.json; a plugin works where the user works.
    cwd: isPolicyPack ? directory : asked.getPwd(),
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const send = (
    /** @type {(part: import("@pulumi/pulumi/proto/language_pb.js").RunPluginResponse) => void} */ fill,
  ) => {
    const part = new messages.RunPluginResponse();
    fill(part);
    call.write(part);
  };
  child.stdout?.on("data", (/** @type {Buffer} */ bytes) => send((part) => part.setStdout(bytes)));
  child.stderr?.on("data", (/** @type {Buffer} */ bytes) => send((part) => part.setStderr(bytes)));
  child.on("error", (error) => call.destroy(error));
  child.on("close", (code) => {
    send((part) => part.setExitcode(code ?? 1));
    call.end();
  });
  call.on("cancelled", () => child.kill());
}

const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
server.addService(LanguageRuntimeService, {
  handshake: answers(() => new messages.LanguageHandshakeResponse()),
  getRequiredPackages: answers(() => new messages.GetRequiredPackagesResponse()),
  getRequiredPlugins: answers(() => new messages.GetRequiredPluginsResponse()),
  getPluginInfo: answers(() => new plugins.PluginInfo()),
  runtimeOptionsPrompts: answers(() => new messages.RuntimeOptionsResponse()),
  about: answers(() => {
    const about = new messages.AboutResponse();
    about.setExecutable(process.execPath);
    about.setVersion(process.version);
    return about;
  }),
  cancel: answers(() => new Empty()),
  run,
  runPlugin,
});

/**
 * The CLI ends its plugins itself; when it was killed nobody does, so this one and its children end when nobody listens at
 * the engine's address any more. A plain connection: gRPC's would go through a proxy of the environment.
 */
function endWithEngine() {
  const at = engine.lastIndexOf(":");
  let isRefused = false;
  connect({ host: engine.slice(0, at), port: Number(engine.slice(at + 1)) })
    .on("error", (error) => (isRefused = "code" in error && error.code === "ECONNREFUSED"))
    .on("close", () => {
      if (!isRefused) {
        setTimeout(endWithEngine, 100);
        return;
      }
      for (const child of running) child.kill();
      process.exit(0);
    })
    // The engine greets; the end of a stream shows only once it has been read up to there.
    .resume();
}

server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
  if (engine.includes(":")) endWithEngine();
});
